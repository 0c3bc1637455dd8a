"""Training: recordings become a network of a family, with its card and curves."""

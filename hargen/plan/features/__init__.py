"""What the cost of a layer depends on."""

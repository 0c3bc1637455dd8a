"""Trained Keras models, .keras and .h5: looked into first, and loaded only if they hold no code."""

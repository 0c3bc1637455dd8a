"""The ways of a network's layers, measured on the virtual board, and the best of them chosen."""

"""SciPy and the reference, the C on this machine, and the board: where they first differ."""

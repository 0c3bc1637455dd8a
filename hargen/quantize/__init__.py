"""Real scales become integers: the only place with rounding rules.

The rules are those of TensorFlow Lite's reference kernels; docs/numerics.md names each and says how
it is held equal. Nothing here stands in for the reference in a test: that is always LiteRT itself.
"""

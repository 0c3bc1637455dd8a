"""Graph passes: each takes a graph and returns one that gives the same in fewer steps.

The same bytes in int8; in float32, where weights may be folded, the same up to rounding.
"""

"""Graph passes: each takes a graph and returns one that gives the same bytes in fewer steps."""

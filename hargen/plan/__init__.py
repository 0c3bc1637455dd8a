"""A graph becomes a plan: a kernel for every operator, packed weights, a place for every tensor."""

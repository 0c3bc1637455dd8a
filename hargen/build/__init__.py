"""A project folder becomes an image: tools, compilation, what is inside, and what it needs."""

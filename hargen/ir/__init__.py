"""The intermediate representation: what a network is, whatever file it came from."""

"""The operators, one frozen dataclass a file."""

"""The board's motion sensor, and what it feels."""

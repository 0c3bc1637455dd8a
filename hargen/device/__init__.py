"""Boards that can be flashed and opened."""

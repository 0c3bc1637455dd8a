"""What a network costs on a board: bytes by symbol, instructions counted by the virtual board."""

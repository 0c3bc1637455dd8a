"""The Cortex-M33 around its instructions: exceptions and the system control space."""

"""The search for a tcnn under limits: many networks, each measured before it is trained."""

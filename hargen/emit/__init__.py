"""A plan becomes a project folder: template contexts, rendering, and moving it into place."""

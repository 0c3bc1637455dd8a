"""The model zoo's table, with ours beside it: every artifact through the whole chain."""

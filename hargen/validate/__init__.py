"""Runs a board on recorded windows and judges its answers by an independent reference."""

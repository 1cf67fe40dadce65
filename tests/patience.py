"""How long a test waits for what must come: only a failure takes that long, also on a machine that is loaded."""

PATIENCE = 60.0
"""Seconds."""

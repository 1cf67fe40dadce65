"""Notices: who is told of what, when, by which way, and what became of it."""

"""Pinisi, the open war room of a city."""

__version__ = "0.1.0"

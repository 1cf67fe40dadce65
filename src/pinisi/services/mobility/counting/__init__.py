"""Turning counts come in: from the phone page, or as a table that somebody filled in."""

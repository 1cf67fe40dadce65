"""Agencies and their crews in the field: what they were asked, what they answer, what they photograph."""

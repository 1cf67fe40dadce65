"""Procedures: playbooks of a city as readable YAML, and what becomes of one that is followed in an incident."""

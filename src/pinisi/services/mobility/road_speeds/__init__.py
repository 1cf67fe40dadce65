"""Speeds of roads from tables: a column a detector, a row a moment, as traffic departments export them."""

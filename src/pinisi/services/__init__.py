"""One room for each city service."""

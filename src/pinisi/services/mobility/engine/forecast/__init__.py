"""Speeds of roads 5 to 60 minutes ahead, learnt from days of five-minute speeds by numpy alone."""

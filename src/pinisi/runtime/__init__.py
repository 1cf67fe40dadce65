"""What runs by itself: clocks and background work."""

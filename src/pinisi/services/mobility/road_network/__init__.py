"""The page of the road network: congestion now, the worst roads, closures and incidents on them, the next hour."""

"""Mobility: signals, congestion, roads, buses."""

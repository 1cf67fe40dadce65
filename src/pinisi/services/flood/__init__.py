"""Flood: what citizens report, what the disaster agency says of each neighbourhood, what the weather brings."""

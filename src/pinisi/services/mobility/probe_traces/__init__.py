"""Traces of vehicles (bus positions, taxis, phones of volunteers) as speeds of roads; no vehicle is kept."""

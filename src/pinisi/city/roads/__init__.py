"""Roads of a city: read from OpenStreetMap extracts and shapefiles, cleaned, as entities and as tiles."""

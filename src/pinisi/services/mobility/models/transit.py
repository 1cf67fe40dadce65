"""Public transport as entities."""

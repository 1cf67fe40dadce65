"""Which city this is: profile, areas, registers, provenance."""

"""What authors of services test with: the same kit that the house's own services pass."""

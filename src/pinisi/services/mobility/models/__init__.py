"""What the mobility service knows, as entities: one file a subject."""

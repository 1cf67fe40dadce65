"""Ways in that the kernel brings: how messages of a source arrive."""

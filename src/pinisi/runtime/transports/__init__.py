"""The ways in that the kernel brings: how messages of a source arrive. Each is bounded and can be cancelled."""

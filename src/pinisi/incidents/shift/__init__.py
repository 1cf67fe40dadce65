"""Hand-over from one shift to the next: a note built from what is open, signed by two persons."""

"""The types that several rooms use."""

"""Mapping files: from the rows of a live source to entities, in the language of the registers."""

"""The life of a warning of the city: drafted, released by a second person, updated, cancelled, ended."""

"""Timetables as GTFS (gtfs.org, Schedule Reference): read, checked, repaired and written, each step with a reason."""

"""GTFS-Realtime: what vehicles, trips and lines are like now, read and written (gtfs-realtime.proto, version 2.0)."""

"""Exercises of the war room: what happens in one, written as a file; what is expected of the room; how it did."""

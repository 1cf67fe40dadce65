"""Offsets of neighbouring signals: a band of green along an arterial, both ways."""

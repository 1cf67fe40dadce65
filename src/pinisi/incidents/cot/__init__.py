"""Cursor-on-Target: positions in from field phones (ATAK, iTAK, WinTAK), and the city's picture out to them."""

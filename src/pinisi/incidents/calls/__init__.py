"""The 112 call centre: who called, what was said, what became of it. Callers are named in records only."""

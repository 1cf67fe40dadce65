"""The digital twin: SUMO in child processes (extra `mobility`), one simulation a process."""

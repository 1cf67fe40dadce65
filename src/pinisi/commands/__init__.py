"""What each command does. `pinisi.cli` reads the words; these act, and answer the exit code."""

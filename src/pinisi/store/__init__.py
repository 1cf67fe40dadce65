"""Where it is kept: state, history and the log, one protocol."""

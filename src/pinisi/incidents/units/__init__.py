"""Units: what can be sent, where it is, and which of it to send."""

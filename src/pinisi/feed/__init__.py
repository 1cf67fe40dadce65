"""Who hears of a change: durable cursors over the log."""

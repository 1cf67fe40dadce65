"""What people must do about it: alarm, incident, closed."""

"""A traffic light controller in the street, simulated: it runs a stored plan, answers, and can be at fault."""

"""What another controller would have done with the same arrivals: a queue model, run for the plan and for the other."""

"""The forecast of all roads together: a job that learns from the past of every detector of the city."""

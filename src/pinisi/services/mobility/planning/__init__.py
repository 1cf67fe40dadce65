"""A plan for a junction without a link: the job that computes it, and the timing sheet for whoever sets it."""

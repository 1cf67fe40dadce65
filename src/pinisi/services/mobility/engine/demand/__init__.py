"""Who drives where: demand that agrees with counts."""

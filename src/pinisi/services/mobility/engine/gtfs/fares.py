"""The files of GTFS Fares v2 whose rows grant something: a row that names what is not there goes whole."""

FARES = ("fare_products.txt", "fare_leg_rules.txt", "fare_transfer_rules.txt")

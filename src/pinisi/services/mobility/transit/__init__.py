"""Public transport as it is asked for and as it runs: journeys, live vehicles, headways, who lives near a stop."""

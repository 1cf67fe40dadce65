"""Documents of the room: what happened in an incident, and what one shift hands to the next; typed, then on paper."""

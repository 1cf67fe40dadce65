"""To whom a road belongs (city, province, nation): what a register says, put on the roads of the context."""

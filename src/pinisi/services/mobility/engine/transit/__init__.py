"""What public transport reaches."""

"""What operators ask of people and do to them, and what became of it."""

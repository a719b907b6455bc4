"""What needs a person, and what was decided."""

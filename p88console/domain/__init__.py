"""What a race day is made of: pure values and decisions, standard library only."""

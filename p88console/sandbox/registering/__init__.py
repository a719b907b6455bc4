"""What all three registration providers have in common: the book they keep, and a hand in it."""

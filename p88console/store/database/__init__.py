"""Opens, guards and copies the database, whichever of the two it is."""

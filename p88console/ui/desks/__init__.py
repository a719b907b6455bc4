"""What each room asks of the desk, one protocol per subject."""

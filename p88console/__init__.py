"""P88 Console: the race-day operator's instrument."""

__version__ = "0.1.0"

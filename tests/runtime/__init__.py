"""The house put together: console over runtime, set-up, practice race."""

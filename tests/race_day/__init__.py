"""Whole practice races, end to end."""

"""Puts the house together: one runtime behind console, commands and service."""

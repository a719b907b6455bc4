"""Standings, their revisions, and what was published of them."""

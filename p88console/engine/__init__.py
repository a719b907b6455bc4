"""Moves people and results between mirror and providers; knows Protocols, never vendors."""

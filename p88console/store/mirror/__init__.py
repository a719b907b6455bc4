"""Registrations as pulls bring them: merged field by field, never deleted by one pull."""

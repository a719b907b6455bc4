"""Copernico as the practice race speaks it: `/api/races/...` and `/race-registrations/...`."""

from __future__ import annotations

from p88console.sandbox.copernico.server import CopernicoServer

__all__ = ["CopernicoServer"]

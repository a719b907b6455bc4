"""Race Roster as the practice race speaks it: `/api/...` with a token, `/v2/api/...` for anyone."""

from __future__ import annotations

from p88console.sandbox.raceroster.server import RaceRosterServer

__all__ = ["RaceRosterServer"]

"""ChronoTrack Live as the practice race speaks it: `/api/...` and `/oauth2/token`."""

from __future__ import annotations

from p88console.sandbox.chronotrack.server import ChronoTrackServer

__all__ = ["ChronoTrackServer"]

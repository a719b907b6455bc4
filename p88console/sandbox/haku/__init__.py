"""Haku as the practice race speaks it: raw tokens, short pages, one more call for each person."""

from __future__ import annotations

from p88console.sandbox.haku.server import HakuServer

__all__ = ["HakuServer"]

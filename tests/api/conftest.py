"""The API over the race day that the engine is tested on, and somebody who calls it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from p88console.api.server import listening
from tests.engine.conftest import RaceDay, race_day

__all__ = ["race_day"]

TOKEN = "canary-token-88"


@pytest.fixture
async def address(race_day: RaceDay) -> AsyncIterator[str]:
    """Where the API answers."""
    async with listening(race_day.runtime, 0, TOKEN) as found:
        yield found


@pytest.fixture
async def api(address: str) -> AsyncIterator[httpx.AsyncClient]:
    """A caller with the token."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=30) as client:
        yield client

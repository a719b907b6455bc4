"""A fresh database file for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.bench import Bench, set_up
from tests.support.clock import SteppedClock


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
def bench(tmp_path: Path, clock: SteppedClock) -> Iterator[Bench]:
    made = set_up(tmp_path, clock)
    yield made
    made.db.close()

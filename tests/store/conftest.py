"""A fresh database of each kind for each test."""

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
def file_bench(tmp_path: Path, clock: SteppedClock) -> Iterator[Bench]:
    """A file, for what is SQLite's own."""
    made = set_up(tmp_path / "p88console.db", clock)
    yield made
    made.db.close()


@pytest.fixture
def bench(where: Path | str, clock: SteppedClock) -> Iterator[Bench]:
    made = set_up(where, clock)
    yield made
    made.db.close()

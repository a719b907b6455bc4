"""Seeded schedules of faults: nobody missing, nobody twice, no edit lost, the history complete.

Two thousand of them: `python -m tests.race_day.chaos --schedules 2000 --seed 1`.
"""

from __future__ import annotations

import pytest

from tests.race_day.chaos import IN_ONE_WORLD, run


@pytest.mark.race_day
@pytest.mark.parametrize("world", range(4))
async def test_whatever_breaks_the_books_agree_in_the_end(world: int) -> None:
    """D4. D6. D14. D19."""
    tally = await run(IN_ONE_WORLD, 10_000 + world * IN_ONE_WORLD)
    assert tally.violations == []
    assert tally.schedules == IN_ONE_WORLD
    assert tally.faults.total() > IN_ONE_WORLD
    assert min(tally.steps[step] for step in ("kill", "clock", "sleep", "portal")) > 0

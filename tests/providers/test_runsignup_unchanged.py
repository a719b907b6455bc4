"""RunSignUp's sets that nobody touched are not read again, and whatever is in doubt is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from p88console.domain.model import Provider
from p88console.providers.base import RemembersResults, ScoringTarget
from p88console.providers.runsignup.adapter import RunSignUp
from p88console.providers.runsignup.unchanged import HOLDS
from p88console.sandbox.runsignup.results.sets import ResultSet, Row
from tests.providers.practice import Practice, rows_of, runsignup_at

MINUTE = timedelta(minutes=1)
FEED = "GET /rest/v2/results/updated-result-sets.json"
ROWS = "GET /rest/race/{race_id}/results/get-results"


@dataclass
class Finish:
    """One set of three results of the practice race, and an adapter that reads it."""

    practice: Practice
    adapter: RunSignUp
    target: ScoringTarget
    shown: ResultSet

    async def pulled(self, after: timedelta = MINUTE) -> int:
        """How many rows a pull brings so much later."""
        self.practice.clock.reach(self.practice.clock.now() + after)
        return len(await rows_of(self.adapter.results(self.target)))

    def write(self, place: int) -> None:
        """RunSignUp knows of it."""
        self.shown.modified_at = int(self.practice.clock.now().timestamp())
        self.shown.keep(Row(place, None, 900 + place, "Ada", "Example", place, 4_000_000))


@pytest.fixture
async def finish(practice: Practice) -> AsyncIterator[Finish]:
    practice.clock.reach(practice.world.day.over)
    event_id, race = practice.runsignup.catalog.event_ids[0], practice.world.races[0]
    shown = practice.runsignup.results.books.open(event_id, {})
    target = ScoringTarget(
        practice.event_id(Provider.RUNSIGNUP), {}, {"1": (str(event_id), race.name)}
    )
    async with runsignup_at(practice.access(Provider.RUNSIGNUP)) as adapter:
        it = Finish(practice, adapter, target, shown)
        for place in (1, 2, 3):
            it.write(place)
        assert await it.pulled() == 3
        yield it


async def test_what_nobody_touched_is_not_read_again_until_it_is(finish: Finish) -> None:
    read = finish.practice.runsignup.calls[ROWS]
    assert await finish.pulled() == 0
    assert finish.practice.runsignup.calls[ROWS] == read
    assert finish.practice.runsignup.calls[FEED] == 1
    finish.shown.rows[1].clock_time = 3_999_000
    finish.write(2)
    assert await finish.pulled() == 3
    assert await finish.pulled() == 0


async def test_a_row_that_goes_without_a_word_is_missed_by_the_count(finish: Finish) -> None:
    del finish.shown.rows[3]
    assert await finish.pulled() == 2


async def test_what_the_feed_never_tells_is_read_after_a_while(finish: Finish) -> None:
    finish.shown.rows[1].clock_time = 3_999_000
    assert await finish.pulled() == 0
    assert await finish.pulled(HOLDS) == 3


async def test_a_person_who_asks_gets_all_of_it(finish: Finish) -> None:
    assert isinstance(finish.adapter, RemembersResults)
    finish.adapter.forget_results(finish.target)
    assert await finish.pulled() == 3


async def test_hidden_sets_are_always_read_for_the_feed_is_of_public_ones(finish: Finish) -> None:
    finish.shown.settings["public_results"] = "F"
    assert await finish.pulled() == 3
    assert await finish.pulled() == 3


async def test_a_reading_that_was_broken_off_counts_as_none(finish: Finish) -> None:
    finish.write(4)
    page = await anext(aiter(finish.adapter.results(finish.target)))
    assert len(page.rows) == 4
    assert await finish.pulled() == 4

"""The finish on stage: standings of two races, the guard's words, and a desk that knows them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from p88console.domain.case import Finding, Grade
from p88console.store.windows.result_rows import (
    Finish,
    Leader,
    LeadingGroup,
    PublishWish,
    RaceChoice,
    RaceDraft,
    ResultFacet,
    ResultQuery,
    ResultRow,
    StandingStory,
    VersionRow,
)
from p88console.store.windows.roster_rows import RevisionRow
from tests.ui.cast import FIRST, LAKESIDE, LAST, NOW, Answers

HALF, FIVE = 1, 2
RACES = {HALF: "Half Marathon", FIVE: "5K"}
GUN = NOW - timedelta(hours=2, minutes=5)


def finisher(number: int, **changes: Any) -> ResultRow:
    """The runner who came in as number so and so, every third one in the 5K."""
    half = number % 3 != 0
    gun_ms = 4_320_000 + 19_700 * number if half else 1_010_000 + 9_300 * number
    plain = ResultRow(
        id=number,
        participant_id=number,
        race_name=RACES[HALF if half else FIVE],
        bib=str(500 + number),
        first_name=FIRST[number % len(FIRST)],
        last_name=LAST[number % len(LAST)],
        status="finished",
        place=1 + number - number // 3 - 1 if half else 1 + number // 3,
        gender_place=1 + number // 4,
        category=("F30-34", "M40-44", "F20-24")[number % 3],
        category_place=1 + number // 9,
        gun_time_ms=gun_ms,
        chip_time_ms=gun_ms - 4_000 - 130 * number,
        split=("10K", gun_ms * 10 // 21) if half else None,
        revision=1,
        before=None,
        changed_at=NOW - timedelta(seconds=37 * number),
    )
    return replace(plain, **changes)


def field_finished(count: int) -> list[ResultRow]:
    """A field that has come in, with a correction, an orphan, and some who have not."""
    rows = [finisher(number) for number in range(count)]
    unplaced: dict[str, Any] = {"place": None, "gun_time_ms": None, "chip_time_ms": None}
    odd: dict[int, dict[str, Any]] = {
        4: {"revision": 2, "before": {**_standing(finisher(4)), "place": 4}},
        7: {"participant_id": None, "bib": "9014"},
        count - 1: {"status": "dnf", **unplaced},
        count - 2: {"status": "running", **unplaced},
        count - 4: {"status": "dq", **unplaced},
    }
    return [replace(row, **odd.get(row.id, {})) for row in rows]


def _standing(row: ResultRow) -> dict[str, Any]:
    names = ("status", "bib", "gun_time_ms", "chip_time_ms", "place", "category_place")
    return {name: getattr(row, name) for name in names}


def orphan(result_id: int = 7) -> StandingStory:
    """A result that nobody registered answers to."""
    standing = {
        "participant_id": None,
        "bib": "9014",
        "first_name": "Hugo",
        "last_name": "Smyth-Jones",
        "status": "finished",
        "gun_time_ms": 4_457_900,
        "place": 5,
        "splits": [{"name": "10K", "gun_time_ms": 2_122_800, "chip_time_ms": 2_118_000}],
    }
    return StandingStory(
        id=result_id,
        provider="copernico",
        event_name=LAKESIDE,
        race_name="Half Marathon",
        standing=standing,
        revisions=(
            RevisionRow(1, NOW - timedelta(minutes=9), standing | {"place": 6}),
            RevisionRow(2, NOW - timedelta(minutes=4), standing),
        ),
        suggestion="587 Hugo Smith-Jones: the name is nearly the same",
    )


def guarded() -> list[RaceDraft]:
    """Two races to publish: one that the guard stops, one that it has little to say about."""
    return [
        RaceDraft(
            "Half Marathon",
            "12 new, 3 changed, 1,204 unchanged · partial",
            (
                Finding("leaders", Grade.STOP, "leaders women were 512, 530, now 530, 512", (12,)),
                Finding("orphans", Grade.LOOK, "1 result of nobody known, left out: 9014 Hugo"),
                Finding("missing", Grade.NOTE, "4 registered runners have no result"),
            ),
        ),
        RaceDraft("5K", "nothing differs from what is shown", ()),
    ]


def published(**changes: Any) -> VersionRow:
    """A version that the public sees."""
    plain = VersionRow(
        id=3,
        race_name="Half Marathon",
        version=3,
        origin=3,
        mode="partial",
        state="published",
        official=False,
        lines=1_204,
        rows={"verified": 1_204},
        reason=None,
        created_at=NOW - timedelta(minutes=20),
        created_by="dana",
    )
    return replace(plain, **changes)


@dataclass
class StageStandings:
    """Standings over a plain list, and drafts that the guard has looked at."""

    answer: Answers
    rows: Sequence[ResultRow] = ()
    made: Sequence[RaceDraft] = ()
    before: Sequence[VersionRow] = ()
    stories: Mapping[int, StandingStory] = field(default_factory=dict)

    async def races(self, event_id: int) -> Sequence[RaceChoice]:
        def races() -> Sequence[RaceChoice]:
            return [
                RaceChoice(
                    race_id,
                    name,
                    GUN,
                    21_097.5 if race_id == HALF else 5_000.0,
                    sum(row.race_name == name for row in self.rows),
                )
                for race_id, name in RACES.items()
            ]

        return await self.answer("standings.races", races, event_id)

    async def count(self, query: ResultQuery) -> int:
        return await self.answer("standings.count", lambda: len(self._matching(query)), query)

    async def page(self, query: ResultQuery, offset: int, limit: int) -> Sequence[ResultRow]:
        def page() -> Sequence[ResultRow]:
            return self._matching(query)[offset : offset + limit]

        return await self.answer("standings.page", page, query, offset, limit)

    async def place(self, query: ResultQuery, result_id: int) -> int | None:
        def place() -> int | None:
            ids = [row.id for row in self._matching(query)]
            return ids.index(result_id) if result_id in ids else None

        return await self.answer("standings.place", place, query, result_id)

    async def facet_counts(
        self, event_id: int, since: datetime | None
    ) -> Mapping[ResultFacet, int]:
        def counted() -> Mapping[ResultFacet, int]:
            return {
                facet: len(self._matching(ResultQuery(event_id, facet=facet, since=since)))
                for facet in ResultFacet
            }

        return await self.answer("standings.facet_counts", counted, event_id, since)

    async def finish(self, event_id: int, race_id: int | None) -> Finish:
        def finish() -> Finish:
            mine = [row for row in self.rows if race_id in (None, _race(row))]
            minutes: dict[int, int] = {}
            paces: dict[int, int] = {}
            for row in mine:
                if row.gun_time_ms is None:
                    continue
                minute = int(GUN.timestamp() // 60) + row.gun_time_ms // 60_000
                minutes[minute] = minutes.get(minute, 0) + 1
                metres = 21_097.5 if _race(row) == HALF else 5_000
                pace = int(row.gun_time_ms / metres) // 10 * 10
                paces[pace] = paces.get(pace, 0) + 1
            statuses: dict[str, int] = {}
            for row in mine:
                statuses[row.status] = statuses.get(row.status, 0) + 1
            return Finish(statuses, minutes, paces, registered=len(mine) + 12)

        return await self.answer("standings.finish", finish, event_id, race_id)

    async def leaders(self, event_id: int, race_id: int | None, top: int) -> Sequence[LeadingGroup]:
        def leaders() -> Sequence[LeadingGroup]:
            found = []
            for its_id, name in RACES.items():
                mine = self._matching(ResultQuery(event_id, its_id))
                categories = sorted({row.category for row in mine if row.category})
                groups = [(None, None), ("F", None), *(("F", one) for one in categories)]
                for gender, category in groups if race_id in (None, its_id) else ():
                    first = [row for row in mine if category in (None, row.category)][:top]
                    led = [_led(row) for row in first]
                    found += (
                        [LeadingGroup(name, gender, category, gender is None, led)] if led else []
                    )
            return found

        return await self.answer("standings.leaders", leaders, event_id, race_id, top)

    async def result(self, result_id: int) -> StandingStory:
        def story() -> StandingStory:
            return self.stories.get(result_id) or orphan(result_id)

        return await self.answer("standings.result", story, result_id)

    async def versions(self, event_id: int) -> Sequence[VersionRow]:
        return await self.answer("standings.versions", lambda: self.before, event_id)

    async def drafts(self, wish: PublishWish) -> Sequence[RaceDraft]:
        return await self.answer("standings.drafts", lambda: self.made, wish)

    async def publish(self, wish: PublishWish, accepted: Collection[str]) -> str:
        return await self.answer(
            "standings.publish", lambda: "publishing as #901", wish, frozenset(accepted)
        )

    def _matching(self, query: ResultQuery) -> Sequence[ResultRow]:
        found = [
            row
            for row in self.rows
            if query.race_id in (None, _race(row))
            and (query.facet is not ResultFacet.MOVED or row.revision > 1)
            and (query.facet is not ResultFacet.NOBODYS or row.participant_id is None)
            and query.text.casefold() in f"{row.bib} {row.first_name} {row.last_name}".casefold()
        ]
        return sorted(
            found, key=lambda row: (_race(row), row.place is None, row.place or 0, row.id)
        )


def _led(row: ResultRow) -> Leader:
    names = (row.bib, row.first_name, row.last_name, row.category)
    return Leader(*names, "Fleet Feet", row.gun_time_ms, row.chip_time_ms)


def _race(row: ResultRow) -> int:
    return next((race_id for race_id, name in RACES.items() if name == row.race_name), 0)

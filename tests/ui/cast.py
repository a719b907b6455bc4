"""The people on stage: rows of the roster, one person's story, and a desk that knows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Protocol, TypeVar

from p88console.store.windows.roster_rows import (
    ChangeRow,
    EventChoice,
    PersonStory,
    ResultStory,
    RevisionRow,
    RosterFacet,
    RosterOrder,
    RosterQuery,
    RosterRow,
    Sides,
    SystemState,
)
from tests.support.clock import RACE_MORNING

T = TypeVar("T")

NOW = RACE_MORNING + timedelta(minutes=42, seconds=10)
LAKESIDE = "Lakeside Half Marathon"
NEWEST = 41
"""The newest change in everybody's story."""

FIRST = ("Ada", "Ben", "Chloé", "Dmitri", "Eve", "Farid", "Grace", "Hugo", "Ines", "Jon")
LAST = ("Abbott", "Byron", "de la Cruz", "Ekström", "Fischer", "O'Brien", "Nguyen", "Smith-Jones")
TOWNS = (("Chicago", "IL"), ("Oak Park", "IL"), ("Evanston", "IL"), ("Milwaukee", "WI"))


def runner(number: int, **changes: Any) -> RosterRow:
    """Somebody registered, verified at scoring."""
    city, region = TOWNS[number % len(TOWNS)]
    plain = RosterRow(
        id=number,
        event_id=1,
        event_name=LAKESIDE,
        race_name="Half Marathon" if number % 3 else "5K",
        provider="runsignup",
        bib=str(500 + number),
        chip=None,
        first_name=FIRST[number % len(FIRST)],
        last_name=LAST[number % len(LAST)],
        gender="F" if number % 2 else "M",
        birth_date=date(1970 + number % 35, 1 + number % 12, 14),
        city=city,
        region=region,
        team=None,
        status="active",
        scoring="verified",
        quarantined=False,
        changed_at=NOW - timedelta(minutes=7 * number),
    )
    return replace(plain, **changes)


def field_of(count: int) -> list[RosterRow]:
    """A field of runners, some of whom need a look."""
    people = [runner(number) for number in range(count)]
    odd: dict[int, dict[str, Any]] = {
        2: {"scoring": "unsent"},
        4: {"bib": None, "scoring": "unsent"},
        5: {"scoring": "refused"},
        7: {"status": "transferred"},
        9: {"bib": "512", "scoring": "held"},
        11: {"quarantined": True},
        14: {"scoring": "ignored"},
        17: {"first_name": None, "last_name": None, "race_name": None, "scoring": "held"},
        20: {"scoring": "sent"},
    }
    return [replace(one, **odd.get(one.id, {})) for one in people]


def told(participant_id: int = 12, **changes: Any) -> PersonStory:
    """Somebody whose bib moved twice, who differs at scoring and has finished."""
    fields: dict[str, Any] = {
        "provider_id": "88112",
        "bib": "512",
        "chip": "A1B2C3",
        "first_name": "Chloé",
        "last_name": "de la Cruz",
        "gender": "F",
        "birth_date": date(1990, 4, 12),
        "email": "chloe@example.org",
        "phone": "+1 312 555 0199",
        "city": "Oak Park",
        "region": "IL",
        "country": "US",
        "team": "Lakeside Striders",
        "status": "active",
        "status_reason": None,
        "moved_to": None,
        "quarantined_since": None,
        "registered_at": NOW - timedelta(days=64),
        "changed_at": NOW - timedelta(minutes=12),
        "flags": ["phone"],
    }
    standings: list[dict[str, Any]] = [
        {"status": "running", "bib": "512", "gun_time_ms": None, "chip_time_ms": None},
        {"status": "finished", "bib": "512", "gun_time_ms": 5_405_300, "place": 12},
        {
            "status": "finished",
            "bib": "512",
            "gun_time_ms": 5_405_300,
            "chip_time_ms": 5_390_000,
            "place": 11,
            "gender_place": 3,
            "category": "F35-39",
            "category_place": 1,
            "splits": [
                {"name": "5K", "gun_time_ms": 1_290_400, "chip_time_ms": 1_275_100},
                {"name": "10K", "gun_time_ms": 2_560_900, "chip_time_ms": 2_545_600},
            ],
        },
    ]
    plain = PersonStory(
        id=participant_id,
        event_id=1,
        fields=fields,
        raw={"phone": "ask my husband"},
        provider="runsignup",
        account_label="Midwest Timing",
        event_name=LAKESIDE,
        timezone="America/Chicago",
        gun_at=NOW + timedelta(minutes=17, seconds=50),
        race_name="Half Marathon",
        newest_change=NEWEST,
        systems=(
            SystemState(
                provider="copernico",
                account_label="Finish tent",
                remote_event="Lakeside 2026",
                state="differs",
                remote_id="runsignup-88112",
                acknowledged={"bib": "511", "first_name": "Chloé"},
                reason="the bib was changed there by hand",
                sent_at=NOW - timedelta(minutes=11),
                acknowledged_at=NOW - timedelta(minutes=10, seconds=50),
            ),
        ),
        results=(
            ResultStory(
                provider="copernico",
                race_name="Half Marathon",
                standing=standings[-1],
                changed_at=NOW - timedelta(minutes=2),
                revisions=tuple(
                    RevisionRow(number, NOW - timedelta(minutes=8 - 2 * number), standing)
                    for number, standing in enumerate(standings, 1)
                ),
            ),
        ),
        changes=(
            ChangeRow(NOW - timedelta(minutes=12), "RunSignUp", "pull", "bib", "511", "512"),
            ChangeRow(NOW - timedelta(hours=20), "RunSignUp", "pull", "bib", None, "511"),
            ChangeRow(NOW - timedelta(days=40), "RunSignUp", "pull", "race", "5K", "Half Marathon"),
        ),
        races=("Half Marathon", "5K"),
        sides={
            "phone": Sides("+1 312 555 0100", "+1 312 555 0142", conflict=True),
            "team": Sides(None, None, conflict=False),
        },
    )
    return replace(plain, **changes)


class Answers(Protocol):
    """How a desk answers: writes down what was asked, waits at gates, raises faults."""

    async def __call__(self, name: str, answer: Callable[[], T], *asked: Any) -> T: ...


@dataclass
class StagePeople:
    """People over a plain list; filters and orders as the real desk does, in Python."""

    answer: Answers
    rows: Sequence[RosterRow] = ()
    stories: Mapping[int, PersonStory] = field(default_factory=dict)
    choices: Sequence[EventChoice] = ()

    async def events(self) -> Sequence[EventChoice]:
        return await self.answer("people.events", lambda: self.choices)

    async def count(self, query: RosterQuery, at_most: int | None = None) -> int:
        def counted() -> int:
            found = len(self._matching(query))
            return found if at_most is None else min(found, at_most + 1)

        return await self.answer("people.count", counted, query)

    async def page(self, query: RosterQuery, offset: int, limit: int) -> Sequence[RosterRow]:
        def page() -> Sequence[RosterRow]:
            return self._matching(query)[offset : offset + limit]

        return await self.answer("people.page", page, query, offset, limit)

    async def place(self, query: RosterQuery, participant_id: int) -> int | None:
        def place() -> int | None:
            ids = [row.id for row in self._matching(query)]
            return ids.index(participant_id) if participant_id in ids else None

        return await self.answer("people.place", place, query, participant_id)

    async def facet_counts(
        self, event_id: int | None, since: datetime | None
    ) -> Mapping[RosterFacet, int]:
        def counted() -> Mapping[RosterFacet, int]:
            return {
                facet: len(self._matching(RosterQuery(event_id, facet=facet, since=since)))
                for facet in RosterFacet
            }

        return await self.answer("people.facet_counts", counted, event_id, since)

    async def story(self, participant_id: int) -> PersonStory:
        def story() -> PersonStory:
            return self.stories.get(participant_id) or told(participant_id)

        return await self.answer("people.story", story, participant_id)

    def remembered(self, participant_id: int) -> PersonStory | None:
        return self.stories.get(participant_id) or told(participant_id)

    async def races(self, event_id: int) -> Sequence[str]:
        return await self.answer("people.races", lambda: ("Half Marathon", "5K"), event_id)

    async def edit(
        self, participant_id: int, texts: Mapping[str, str], seen: datetime | int
    ) -> str:
        asked = (participant_id, dict(texts), seen)
        return await self.answer("people.edit", lambda: "changed", *asked)

    async def add(self, event_id: int, texts: Mapping[str, str]) -> str:
        return await self.answer("people.add", lambda: "registered", event_id, dict(texts))

    async def swap(self, first_id: int, second_id: int) -> str:
        return await self.answer("people.swap", lambda: "swapped", first_id, second_id)

    async def wearer(self, participant_id: int, bib: str) -> int:
        def found() -> int:
            return next(row.id for row in self.rows if row.bib == bib and row.id != participant_id)

        return await self.answer("people.wearer", found, participant_id, bib)

    def _matching(self, query: RosterQuery) -> Sequence[RosterRow]:
        found = [
            row
            for row in self.rows
            if query.event_id in (None, row.event_id)
            and _in_facet(row, query, self.rows)
            and all(_found(row, word) for word in query.text.casefold().split())
        ]
        return sorted(found, key=lambda row: _key(row, query))


def _found(row: RosterRow, word: str) -> bool:
    if word.isdecimal():
        return (row.bib or "").startswith(word)
    name = f" {row.last_name or ''} {row.first_name or ''}".casefold()
    return f" {word}" in name


def _in_facet(row: RosterRow, query: RosterQuery, rows: Sequence[RosterRow]) -> bool:
    same = [one for one in rows if (one.race_name, one.bib) == (row.race_name, row.bib)]
    return {
        RosterFacet.EVERYBODY: True,
        RosterFacet.NO_BIB: row.bib is None,
        RosterFacet.DUPLICATE: row.bib is not None and len(same) > 1,
        RosterFacet.UNSENT: row.scoring in ("unsent", "sent"),
        RosterFacet.NEEDS_YOU: row.scoring in ("held", "refused", "ignored", "differs"),
        RosterFacet.REMOVED: row.status != "active",
        RosterFacet.CHANGED: query.since is None or row.changed_at >= query.since,
    }[query.facet]


def _key(row: RosterRow, query: RosterQuery) -> tuple[Any, ...]:
    name = (row.last_name or "", row.first_name or "", row.id)
    match query.order:
        case RosterOrder.BIB:
            return (row.bib is None, len(row.bib or ""), row.bib or "", row.id)
        case RosterOrder.RACE:
            return (row.race_name or "", *name)
        case RosterOrder.CHANGED:
            return (-row.changed_at.timestamp(), row.id)
    return name

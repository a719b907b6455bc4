"""Reading results: every revision, what moved since an instant, orphans, the announcer's sheet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from p88console.domain.model import Gender, ResultStatus
from p88console.domain.orphans import Known, Stray, Suggestion, likely
from p88console.store.database.upsert import chunked
from p88console.store.mirror.participants import PARTICIPANTS
from p88console.store.results.leading import leads
from p88console.store.results.revisions import RESULTS, REVISIONS

MOVES = ("status", "gun_time_ms", "chip_time_ms", "place", "gender_place", "category_place")
"""What is told of a standing that moved."""

TOP = 3
"""How many of each group the announcer's sheet names unless told."""


def revisions(
    connection: Connection, event_id: int, race_id: int | None = None
) -> list[dict[str, Any]]:
    """Every standing that results of an event ever had, each runner's oldest first."""
    query = (
        select(REVISIONS.c.result_id, REVISIONS.c.revision, REVISIONS.c.at, REVISIONS.c.standing)
        .join(RESULTS, RESULTS.c.id == REVISIONS.c.result_id)
        .order_by(REVISIONS.c.result_id, REVISIONS.c.revision)
    )
    rows = connection.execute(_of(query, event_id, race_id)).mappings()
    return [
        {"result_id": row["result_id"], "revision": row["revision"], "at": row["at"]}
        | row["standing"]
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Move:
    """A result whose standing is another than at some instant; `changes`: field → (then, now)."""

    result_id: int
    participant_id: int | None
    race_id: int | None
    bib: str | None
    name: str
    at: datetime
    changes: Mapping[str, tuple[Any, Any]]


def moved_since(
    connection: Connection, event_id: int, since: datetime, race_id: int | None = None
) -> list[Move]:
    """Whose time, place or status is another than at `since`, the newest move first.

    What moved and moved back is no move.
    """
    query = _of(select(RESULTS).where(RESULTS.c.changed_at > since), event_id, race_id)
    rows = [dict(row) for row in connection.execute(query).mappings()]
    before = _standing_at(connection, [row["id"] for row in rows], since)
    moves = []
    for row in rows:
        then = before.get(row["id"], {})
        changes = {
            name: (then.get(name), row[name]) for name in MOVES if then.get(name) != row[name]
        }
        if changes:
            moves.append(
                Move(
                    row["id"],
                    row["participant_id"],
                    row["race_id"],
                    row["bib"],
                    full_name(row),
                    row["changed_at"],
                    changes,
                )
            )
    return sorted(moves, key=lambda move: (move.at, move.result_id), reverse=True)


def _standing_at(
    connection: Connection, result_ids: Sequence[int], instant: datetime
) -> dict[int, dict[str, Any]]:
    """The last standing of each of these results that is no younger than `instant`."""
    found: dict[int, dict[str, Any]] = {}
    for ids in chunked(result_ids):
        query = (
            select(REVISIONS.c.result_id, REVISIONS.c.standing)
            .where(REVISIONS.c.result_id.in_(ids), REVISIONS.c.at <= instant)
            .order_by(REVISIONS.c.result_id, REVISIONS.c.revision)
        )
        found |= {row.result_id: row.standing for row in connection.execute(query)}
    return found


@dataclass(frozen=True, slots=True)
class Orphan:
    """A result that belongs to nobody known, and who it probably was."""

    row: Mapping[str, Any]
    suggestion: Suggestion | None


def orphans(connection: Connection, event_id: int, race_id: int | None = None) -> list[Orphan]:
    """Results of an event that nobody registered answers to, whoever has not started left out."""
    query = select(RESULTS).where(
        RESULTS.c.participant_id.is_(None), RESULTS.c.status != ResultStatus.NOT_STARTED.value
    )
    query = _of(query, event_id, race_id).order_by(RESULTS.c.race_id, RESULTS.c.id)
    rows = [dict(row) for row in connection.execute(query).mappings()]
    people = {link: list(_people(connection, event_id, link)) for link in _links_of(rows)}
    return [
        Orphan(
            row,
            likely(
                Stray(row["race_id"], row["bib"], row["first_name"], row["last_name"]),
                people[row["link_id"]],
            ),
        )
        for row in rows
    ]


def _links_of(rows: Iterable[Mapping[str, Any]]) -> set[int]:
    return {row["link_id"] for row in rows}


def _people(connection: Connection, event_id: int, link_id: int) -> Iterable[Known]:
    """Everybody of the event, and whether this scoring system has begun to tell of them."""
    people = PARTICIPANTS.c
    with_result = select(RESULTS.c.participant_id).where(
        RESULTS.c.event_id == event_id,
        RESULTS.c.link_id == link_id,
        RESULTS.c.status != ResultStatus.NOT_STARTED.value,
        RESULTS.c.participant_id.is_not(None),
    )
    done = set(connection.execute(with_result).scalars())
    query = select(
        people.id, people.race_id, people.bib, people.first_name, people.last_name, people.status
    ).where(people.event_id == event_id)
    for row in connection.execute(query):
        yield Known(*row, has_result=row.id in done)


@dataclass(frozen=True, slots=True)
class Group:
    """The first few of one race, gender and category; both None stand for everybody."""

    race_id: int | None
    gender: str | None
    category: str | None
    rows: Sequence[Mapping[str, Any]]


GENDERS: Sequence[str] = tuple(Gender)


def sheet(
    connection: Connection, event_id: int, race_id: int | None = None, *, top: int = TOP
) -> list[Group]:
    """What an announcer reads out: the first `top` of each race by gender, then by category."""
    query = (
        select(RESULTS, PARTICIPANTS.c.gender, PARTICIPANTS.c.city, PARTICIPANTS.c.team)
        .outerjoin(PARTICIPANTS, PARTICIPANTS.c.id == RESULTS.c.participant_id)
        .where(RESULTS.c.status == ResultStatus.FINISHED.value, leads(event_id))
        .order_by(
            RESULTS.c.race_id,
            RESULTS.c.place.is_(None),
            RESULTS.c.place,
            RESULTS.c.gun_time_ms,
            RESULTS.c.id,
        )
    )
    found = connection.execute(_of(query, event_id, race_id)).mappings()
    groups: dict[tuple[int | None, str | None, str | None], list[dict[str, Any]]] = {}
    for row in map(dict, found):
        for key in dict.fromkeys(
            [
                (row["race_id"], None, None),
                (row["race_id"], row["gender"], None),
                (row["race_id"], row["gender"], row["category"]),
            ]
        ):
            if len(groups.setdefault(key, [])) < top:
                groups[key].append(row)
    return [Group(*key, groups[key]) for key in sorted(groups, key=_order)]


def _order(key: tuple[int | None, str | None, str | None]) -> tuple[Any, ...]:
    """Race by race: everybody, then women, men and others, then their categories."""
    race, gender, category = key
    known = GENDERS.index(gender) if gender in GENDERS else len(GENDERS)
    return race or 0, category is not None, gender is not None, known, gender or "", category or ""


def full_name(row: Mapping[str, Any]) -> str:
    """First and last name, as far as they are known."""
    return " ".join(name for name in (row["first_name"], row["last_name"]) if name)


def _of(query: Select[Any], event_id: int, race_id: int | None) -> Select[Any]:
    narrowed = query.where(RESULTS.c.event_id == event_id)
    return narrowed if race_id is None else narrowed.where(RESULTS.c.race_id == race_id)

"""Reading participants and results: lists for commands and screens, one person whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, and_, func, or_, select

from p88console.domain.errors import NotThere
from p88console.domain.model import ParticipantStatus, PushState
from p88console.store.database.upsert import chunked
from p88console.store.mirror.participants import CHANGES, PARTICIPANTS
from p88console.store.mirror.versions import VERSIONS
from p88console.store.results.leading import leads
from p88console.store.results.revisions import RESULTS
from p88console.store.tenancy.events import EVENTS, LINKS
from p88console.store.tenancy.tenants import ACCOUNTS
from p88console.store.work.ledger import LEDGER, present_state


class Filter(StrEnum):
    """Ways to narrow the list of participants."""

    ACTIVE = "active"
    REMOVED = "removed"
    NO_BIB = "no-bib"
    DUPLICATE_BIB = "duplicate-bib"
    UNSENT = "unsent"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class FarSide:
    """What one linked scoring event is known to hold of a person."""

    provider: str
    account_id: int
    state: PushState
    remote_id: str | None
    acknowledged: dict[str, Any] | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Person:
    """One participant as listed: the mirror's row and each far side's state."""

    row: dict[str, Any]
    provider: str
    systems: tuple[FarSide, ...]

    @property
    def push_state(self) -> PushState:
        """The state that most needs attention over all far sides."""
        return most_telling(system.state for system in self.systems)


ATTENTION = (
    PushState.HELD,
    PushState.REFUSED,
    PushState.DIFFERS,
    PushState.IGNORED,
    PushState.UNSENT,
    PushState.SENT,
    PushState.VERIFIED,
)


def most_telling(states: Iterable[PushState]) -> PushState:
    """Of several far sides' states the one that most needs attention."""
    return min(states, key=ATTENTION.index, default=PushState.UNSENT)


LISTED = tuple(column for column in PARTICIPANTS.c if column.name not in ("raw", "raw_hash"))


def participants(
    connection: Connection,
    event_id: int,
    *,
    search: str = "",
    only: Filter | None = None,
    limit: int | None = None,
) -> list[Person]:
    """Participants of an event by last name; the removed too, unless filtered away."""
    people = PARTICIPANTS.c
    query = _listing().where(people.event_id == event_id)
    for word in search.split():
        pattern = f"{_escaped(word)}%"
        query = query.where(
            or_(
                people.bib == word,
                people.first_name.ilike(pattern, escape="\\"),
                people.last_name.ilike(pattern, escape="\\"),
            )
        )
    if only is not None and only in _CONDITIONS:
        query = query.where(_CONDITIONS[only](event_id))
    query = query.order_by(people.last_name, people.first_name, people.id).limit(limit)
    found = _people(connection, query)
    if only is Filter.UNSENT:
        return [person for person in found if person.push_state is not PushState.VERIFIED]
    return found


def named(connection: Connection, participant_ids: Iterable[int]) -> list[Person]:
    """These people as listed, by id, the removed too."""
    found: list[Person] = []
    for ids in chunked(sorted(participant_ids)):
        query = _listing().where(PARTICIPANTS.c.id.in_(ids)).order_by(PARTICIPANTS.c.id)
        found += _people(connection, query)
    return found


def _listing() -> Select[Any]:
    query = select(*LISTED, ACCOUNTS.c.provider).select_from(PARTICIPANTS)
    query = query.join(EVENTS, EVENTS.c.id == PARTICIPANTS.c.event_id)
    return query.join(ACCOUNTS, ACCOUNTS.c.id == EVENTS.c.account_id)


def _people(connection: Connection, query: Select[Any]) -> list[Person]:
    rows = [dict(row) for row in connection.execute(query).mappings()]
    far = systems(connection, [row["id"] for row in rows])
    return [Person(row, row.pop("provider"), tuple(far.get(row["id"], ()))) for row in rows]


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _duplicates(event_id: int) -> Any:
    twin = PARTICIPANTS.alias("twin")
    people = PARTICIPANTS.c
    return (
        select(twin.c.id)
        .where(
            twin.c.event_id == event_id,
            twin.c.race_id == people.race_id,
            twin.c.bib == people.bib,
            twin.c.id != people.id,
            twin.c.status == ParticipantStatus.ACTIVE.value,
        )
        .exists()
    )


def _in_conflict(event_id: int) -> Any:
    del event_id  # the query is about one event already
    version = VERSIONS.c
    disputed = select(version.field).where(
        version.participant_id == PARTICIPANTS.c.id, version.conflict
    )
    return disputed.correlate(PARTICIPANTS).exists()


_STANDS = PARTICIPANTS.c.status == ParticipantStatus.ACTIVE.value
_CONDITIONS: dict[Filter, Callable[[int], Any]] = {
    Filter.CONFLICT: _in_conflict,
    Filter.ACTIVE: lambda _: _STANDS,
    Filter.REMOVED: lambda _: ~_STANDS,
    Filter.NO_BIB: lambda _: and_(_STANDS, PARTICIPANTS.c.bib.is_(None)),
    Filter.DUPLICATE_BIB: lambda event_id: and_(_STANDS, _duplicates(event_id)),
    Filter.UNSENT: lambda _: _STANDS,
}


def systems(connection: Connection, participant_ids: Sequence[int]) -> dict[int, list[FarSide]]:
    """What each linked scoring event in use is known to hold of these people.

    Whoever stands here is unsent where it holds nothing of them yet.
    """
    found: dict[int, list[FarSide]] = {}
    held = and_(LEDGER.c.participant_id == PARTICIPANTS.c.id, LEDGER.c.link_id == LINKS.c.id)
    for ids in chunked(participant_ids):
        query = (
            select(
                LEDGER,
                PARTICIPANTS.c.id.label("its_id"),
                present_state().label("present_state"),
                ACCOUNTS.c.provider,
                LINKS.c.account_id,
            )
            .select_from(PARTICIPANTS)
            .join(LINKS, and_(LINKS.c.event_id == PARTICIPANTS.c.event_id, LINKS.c.takes_people))
            .join(ACCOUNTS, ACCOUNTS.c.id == LINKS.c.account_id)
            .outerjoin(LEDGER, held)
            .where(
                PARTICIPANTS.c.id.in_(ids),
                ACCOUNTS.c.removed_at.is_(None),
                or_(LEDGER.c.id.is_not(None), _STANDS),
            )
            .order_by(LINKS.c.id)
        )
        for row in connection.execute(query).mappings():
            found.setdefault(row["its_id"], []).append(
                FarSide(
                    provider=row["provider"],
                    account_id=row["account_id"],
                    state=PushState(row["present_state"]),
                    remote_id=row["remote_id"],
                    acknowledged=row["acknowledged"],
                    reason=row["reason"],
                )
            )
    return found


def participant(connection: Connection, participant_id: int) -> tuple[Person, list[dict[str, Any]]]:
    """One person, the removed too, with every change. Raises `UsageFault` when there is none."""
    query = (
        select(PARTICIPANTS, ACCOUNTS.c.provider)
        .join(EVENTS, EVENTS.c.id == PARTICIPANTS.c.event_id)
        .join(ACCOUNTS, ACCOUNTS.c.id == EVENTS.c.account_id)
        .where(PARTICIPANTS.c.id == participant_id)
    )
    found = connection.execute(query).mappings().one_or_none()
    if found is None:
        raise NotThere(f"there is no participant {participant_id}")
    row = dict(found)
    far = systems(connection, [participant_id]).get(participant_id, [])
    person = Person(row, row.pop("provider"), tuple(far))
    trail = select(CHANGES).where(CHANGES.c.participant_id == participant_id).order_by(CHANGES.c.id)
    return person, [dict(change) for change in connection.execute(trail).mappings()]


def results(
    connection: Connection, event_id: int, race_id: int | None = None
) -> list[dict[str, Any]]:
    """The latest standings of an event, by race and place, the unplaced last.

    One row for each runner and race, as `leads` chooses it.
    """
    query = select(RESULTS).where(RESULTS.c.event_id == event_id, leads(event_id))
    if race_id is not None:
        query = query.where(RESULTS.c.race_id == race_id)
    query = query.order_by(
        RESULTS.c.race_id,
        RESULTS.c.place.is_(None),
        RESULTS.c.place,
        RESULTS.c.gun_time_ms.is_(None),
        RESULTS.c.gun_time_ms,
        RESULTS.c.id,
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def finished_count(connection: Connection, event_id: int) -> int:
    """How many runners of the event have finished."""
    query = select(func.count()).where(
        RESULTS.c.event_id == event_id, RESULTS.c.status == "finished", leads(event_id)
    )
    return int(connection.execute(query).scalar_one())

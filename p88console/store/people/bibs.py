"""Bibs: who wears one twice, and which is free next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from p88console.domain.bibs import next_free
from p88console.domain.inbox import Kind
from p88console.domain.model import ParticipantStatus
from p88console.domain.policy import BibRules, Scope
from p88console.store.database.db import Tx
from p88console.store.inbox import questions as inbox
from p88console.store.inbox.questions import INBOX, STAMP, Question
from p88console.store.mirror.participants import CHANGES, PARTICIPANTS
from p88console.store.tenancy.events import LINKS, RACE_LINKS, RACES
from p88console.store.tenancy.tenants import ACCOUNTS

OWN_LINKS = LINKS.alias("own_links")
ACTIVE = ParticipantStatus.ACTIVE.value


@dataclass(frozen=True, slots=True)
class Wearer:
    """One person wearing a bib, and since when."""

    participant_id: int
    event_id: int
    race_id: int
    race: str
    name: str
    since: datetime

    def __str__(self) -> str:
        return f"{self.name or f'#{self.participant_id}'} ({self.race})"


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A bib that more people wear than may, whoever got it last at the end."""

    races: tuple[int, ...]
    bib: str
    wearers: tuple[Wearer, ...]
    next_free: str | None

    @property
    def key(self) -> str:
        """The inbox key: the same for every event whose people meet at the far side."""
        return f"bib:{'+'.join(map(str, self.races))}:{self.bib}"

    @property
    def stamp(self) -> str:
        """Who wears it: the question is another one once somebody joins or leaves."""
        return ",".join(str(number) for number in sorted(w.participant_id for w in self.wearers))

    @property
    def reason(self) -> str:
        """What is wrong, with a way out."""
        worn = f"bib {self.bib} is worn by " + " and ".join(map(str, self.wearers))
        return f"{worn}; next free: {self.next_free}" if self.next_free else worn


def duplicates(connection: Connection, event_id: int, rules: BibRules) -> list[Duplicate]:
    """Bibs worn more than once where they may be worn once, this event's people among them.

    People of other registration events count where both are linked to one race of a scoring event.
    """
    found: dict[str, Duplicate] = {}
    arenas = _arenas(connection, event_id, rules.scope)
    names = _race_names(connection, frozenset().union(*arenas))
    for races in arenas:
        strict = [race for race in races if not rules.may_share(names[race])]
        for bib, wearers in _worn_twice(connection, strict, names).items():
            span = rules.ranges.get(wearers[-1].race)
            free = next_free(bib, taken(connection, races), span)
            double = Duplicate(tuple(sorted(races)), bib, tuple(wearers), free)
            found[double.key] = double
    return list(found.values())


def blocked(connection: Connection, event_id: int, rules: BibRules) -> dict[int, str]:
    """Whom a duplicate bib keeps from being sent, with the reason; allowed ones are left out."""
    doubles = duplicates(connection, event_id, rules)
    answered = inbox.answered(connection, [double.key for double in doubles])
    return {
        wearer.participant_id: double.reason
        for double in doubles
        if answered.get(double.key) != double.stamp
        for wearer in double.wearers
    }


def mind(tx: Tx, event_id: int, rules: BibRules, now: datetime) -> list[Duplicate]:
    """Bring the inbox up to date about this event's duplicate bibs; returns those there are."""
    found = duplicates(tx.connection, event_id, rules)
    tell(tx, event_id, found, now)
    return found


def tell(tx: Tx, event_id: int, found: Sequence[Duplicate], now: datetime) -> None:
    """Ask in the inbox about these, all the duplicate bibs of an event, and about no others."""
    questions = [
        Question(
            key=double.key,
            kind=Kind.DUPLICATE_BIB,
            reason=double.reason,
            event_id=double.wearers[-1].event_id,
            participant_id=double.wearers[-1].participant_id,
            field="bib",
            ours=double.bib,
            detail={
                STAMP: double.stamp,
                "participants": [wearer.participant_id for wearer in double.wearers],
                "next_free": double.next_free,
            },
        )
        for double in found
    ]
    inbox.ask(tx, questions, now)
    keys = {double.key for double in found}
    stale = select(INBOX.c.key).where(
        INBOX.c.kind == Kind.DUPLICATE_BIB.value,
        INBOX.c.event_id == event_id,
        INBOX.c.decided_at.is_(None),
    )
    gone = set(tx.connection.execute(stale).scalars()) - keys
    inbox.settle(tx, gone, "no longer worn twice", now)


def taken(connection: Connection, races: Iterable[int]) -> set[str]:
    """Every bib that somebody wears in these races."""
    query = select(PARTICIPANTS.c.bib).where(
        PARTICIPANTS.c.race_id.in_(list(races)),
        PARTICIPANTS.c.status == ACTIVE,
        PARTICIPANTS.c.bib.is_not(None),
    )
    return set(connection.execute(query).scalars())


def _arenas(connection: Connection, event_id: int, scope: Scope) -> list[frozenset[int]]:
    """Sets of our races among which a bib may be worn once."""
    own = set(races_of(connection, event_id))
    arenas = {frozenset(own)} if scope is Scope.EVENT else {frozenset({race}) for race in own}
    there = [LINKS.c.account_id, LINKS.c.remote_event_id]
    if scope is Scope.RACE:
        there.append(RACE_LINKS.c.remote_race_id)
    at_the_same = (OWN_LINKS.c.account_id == LINKS.c.account_id) & (
        OWN_LINKS.c.remote_event_id == LINKS.c.remote_event_id
    )
    query = (
        select(RACE_LINKS.c.race_id, *there)
        .join(LINKS, LINKS.c.id == RACE_LINKS.c.link_id)
        .join(ACCOUNTS, ACCOUNTS.c.id == LINKS.c.account_id)
        .join(OWN_LINKS, at_the_same)
        .where(OWN_LINKS.c.event_id == event_id, ACCOUNTS.c.removed_at.is_(None))
    )
    meeting: dict[tuple[Any, ...], set[int]] = {}
    for race_id, *place in connection.execute(query):
        meeting.setdefault(tuple(place), set()).add(race_id)
    for races in meeting.values():
        if races & own:
            arenas.add(frozenset(races | own) if scope is Scope.EVENT else frozenset(races))
    return [arena for arena in arenas if arena and not any(arena < other for other in arenas)]


def races_of(connection: Connection, event_id: int) -> dict[int, str]:
    """The names of an event's races by their ids."""
    query = select(RACES.c.id, RACES.c.name).where(RACES.c.event_id == event_id)
    return {row.id: row.name for row in connection.execute(query)}


def _race_names(connection: Connection, races: Iterable[int]) -> dict[int, str]:
    query = select(RACES.c.id, RACES.c.name).where(RACES.c.id.in_(list(races)))
    return {row.id: row.name for row in connection.execute(query)}


def _worn_twice(
    connection: Connection, races: Sequence[int], names: Mapping[int, str]
) -> dict[str, list[Wearer]]:
    people = PARTICIPANTS.c
    events = select(RACES.c.event_id).where(RACES.c.id.in_(races))
    worn = (
        people.event_id.in_(events),  # the index over who wears what begins with it
        people.race_id.in_(races),
        people.status == ACTIVE,
        people.bib.is_not(None),
    )
    doubled = select(people.bib).where(*worn).group_by(people.bib).having(func.count() > 1)
    query = (
        select(PARTICIPANTS)
        .with_only_columns(
            people.id,
            people.event_id,
            people.race_id,
            people.bib,
            people.first_name,
            people.last_name,
            people.first_seen_at,
            _given(),
        )
        .where(*worn, people.bib.in_(doubled))
    )
    found: dict[str, list[Wearer]] = {}
    for row in connection.execute(query):
        name = " ".join(part for part in (row.first_name, row.last_name) if part)
        since = row.given or row.first_seen_at
        wearer = Wearer(row.id, row.event_id, row.race_id, names[row.race_id], name, since)
        found.setdefault(row.bib, []).append(wearer)
    for wearers in found.values():
        wearers.sort(key=lambda wearer: (wearer.since, wearer.participant_id))
    return found


def _given() -> Any:
    """When the bib that somebody wears was given to them, as far as it changed since they came."""
    return (
        select(func.max(CHANGES.c.at))
        .where(
            CHANGES.c.participant_id == PARTICIPANTS.c.id,
            CHANGES.c.field == "bib",
            CHANGES.c.after == PARTICIPANTS.c.bib,
        )
        .scalar_subquery()
        .label("given")
    )

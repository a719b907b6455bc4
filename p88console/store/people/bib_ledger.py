"""The bib ledger: who held a bib when and why, and who wears it at each scoring system."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, or_, select

from p88console.domain.model import ParticipantStatus, PushState
from p88console.store.mirror.participants import CHANGES, PARTICIPANTS
from p88console.store.tenancy.events import EVENTS, LINKS
from p88console.store.tenancy.tenants import ACCOUNTS
from p88console.store.work.ledger import LEDGER, present_state


@dataclass(frozen=True, slots=True)
class Held:
    """One person's time with a bib; `until` is None while they have it."""

    participant_id: int
    name: str
    race_id: int | None
    bib: str
    since: datetime
    until: datetime | None
    who: str
    door: str
    reason: str | None


def held(connection: Connection, event_id: int, bib: str) -> list[Held]:
    """Who held a bib in this event, when and why, earliest first."""
    people = PARTICIPANTS.c
    touched = select(CHANGES.c.participant_id).where(
        CHANGES.c.field == "bib", or_(CHANGES.c.before == bib, CHANGES.c.after == bib)
    )
    query = (
        select(PARTICIPANTS, ACCOUNTS.c.provider)
        .join(EVENTS, EVENTS.c.id == people.event_id)
        .join(ACCOUNTS, ACCOUNTS.c.id == EVENTS.c.account_id)
        .where(people.event_id == event_id, or_(people.bib == bib, people.id.in_(touched)))
    )
    found: list[Held] = []
    for person in connection.execute(query).mappings():
        trail = connection.execute(
            select(CHANGES)
            .where(
                CHANGES.c.participant_id == person["id"],
                CHANGES.c.field.in_(("bib", "status")),
            )
            .order_by(CHANGES.c.id)
        )
        found += _holdings(person, bib, trail.mappings().all())
    return sorted(found, key=lambda one: one.since)


def _holdings(person: Any, bib: str, trail: Sequence[Any]) -> list[Held]:
    """One person's times with a bib, until another bib or the end of the registration."""
    name, found = _name(person), list[Held]()
    bibs = [change for change in trail if change["field"] == "bib"]
    wears = bibs[0]["before"] if bibs else person["bib"]
    came = {"at": person["first_seen_at"], "who": person["provider"], "door": "registration"}
    begun: Any = {**came, "reason": None} if wears == bib and not person["added_here"] else None
    stands = True
    for change in trail:
        if change["field"] == "status":
            stands = change["after"] == ParticipantStatus.ACTIVE.value
        else:
            wears = change["after"]
        has = stands and wears == bib
        if has and begun is None:
            begun = change
        elif begun is not None and not has:
            found.append(_held(person, name, bib, begun, change["at"]))
            begun = None
    if begun is not None:
        found.append(_held(person, name, bib, begun, None))
    return found


def _held(person: Any, name: str, bib: str, begun: Any, until: datetime | None) -> Held:
    return Held(
        participant_id=person["id"],
        name=name,
        race_id=person["race_id"],
        bib=bib,
        since=begun["at"],
        until=until,
        who=begun["who"],
        door=begun["door"],
        reason=begun["reason"],
    )


@dataclass(frozen=True, slots=True)
class Worn:
    """Somebody whom a scoring system was last seen to hold with a bib."""

    provider: str
    account_id: int
    remote_event_id: str
    participant_id: int
    name: str
    race_id: int | None
    state: PushState
    reason: str | None
    seen_at: datetime | None


def worn_there(connection: Connection, event_id: int, bib: str) -> list[Worn]:
    """Who wears a bib at each linked scoring event, as it was last read."""
    query = (
        select(
            LEDGER,
            present_state().label("present_state"),
            PARTICIPANTS.c.first_name,
            PARTICIPANTS.c.last_name,
            LINKS.c.account_id,
            LINKS.c.remote_event_id,
            ACCOUNTS.c.provider,
        )
        .join(PARTICIPANTS, PARTICIPANTS.c.id == LEDGER.c.participant_id)
        .join(LINKS, LINKS.c.id == LEDGER.c.link_id)
        .join(ACCOUNTS, ACCOUNTS.c.id == LINKS.c.account_id)
        .where(LINKS.c.event_id == event_id, ACCOUNTS.c.removed_at.is_(None))
        .where(LEDGER.c.acknowledged["bib"].as_string() == bib)
        .order_by(LEDGER.c.link_id, LEDGER.c.participant_id)
    )
    found = []
    for row in connection.execute(query).mappings():
        race = row["acknowledged"].get("race")
        worn = Worn(
            provider=row["provider"],
            account_id=row["account_id"],
            remote_event_id=row["remote_event_id"],
            participant_id=row["participant_id"],
            name=_name(row),
            race_id=int(race) if race else None,
            state=PushState(row["present_state"]),
            reason=row["reason"],
            seen_at=row["acknowledged_at"],
        )
        found.append(worn)
    return found


def _name(row: Any) -> str:
    return " ".join(part for part in (row["first_name"], row["last_name"]) if part)

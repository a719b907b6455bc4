"""The push ledger: what each scoring event holds of each person, and who is still to be sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, case, func, or_, select

from p88console.domain.model import ParticipantStatus, PushState
from p88console.domain.plan import Candidate, Values, worn_bibs
from p88console.store.db import Tx, alongside
from p88console.store.tables import Event, Participant, PushLedger, RaceLink
from p88console.store.tables.base import table
from p88console.store.tables.tenancy import Account, Link
from p88console.store.upsert import upsert

LEDGER = table(PushLedger)
PARTICIPANTS = table(Participant)
RACE_LINKS = table(RaceLink)
LINKS = table(Link)
EVENTS = table(Event)
ACCOUNTS = table(Account)

ACTIVE = ParticipantStatus.ACTIVE.value
NEEDS_PERSON = (PushState.HELD, PushState.REFUSED, PushState.DIFFERS, PushState.IGNORED)
UNSEEN = "sent, but the scoring system does not show this person"
UNMAPPED = "their race is linked to none at the scoring system: map it with event link --race"
WITHDRAW_BY_HAND = "is no longer registered: withdraw at the scoring system by hand"


@dataclass(frozen=True, slots=True)
class Settled:
    """What is now known of one person at the far side."""

    participant_id: int
    state: PushState
    remote_id: str | None
    acknowledged: Values | None
    mirror_hash: str | None
    reason: str | None = None


def scoring_id(provider: str, provider_id: str) -> str:
    """The stable id under which a registration is known at scoring systems."""
    return f"{provider}-{provider_id}"


def _differs() -> ColumnElement[bool]:
    """Whoever may have to be sent, read back, or withdrawn."""
    active = and_(PARTICIPANTS.c.status == ACTIVE, PARTICIPANTS.c.awaits_detail.is_(False))
    return or_(
        and_(
            active,
            or_(
                LEDGER.c.id.is_(None),
                LEDGER.c.mirror_hash.is_distinct_from(PARTICIPANTS.c.content_hash),
                LEDGER.c.state == PushState.SENT.value,
            ),
        ),
        and_(
            PARTICIPANTS.c.status != ACTIVE,
            or_(LEDGER.c.acknowledged.is_not(None), LEDGER.c.state == PushState.SENT.value),
            LEDGER.c.mirror_hash.is_distinct_from(PARTICIPANTS.c.content_hash),
        ),
    )


def present_state() -> ColumnElement[str]:
    """The state of a ledger row as of this moment: a verdict on old content is no verdict."""
    judged = (PushState.VERIFIED.value, PushState.IGNORED.value, PushState.REFUSED.value)
    outdated = and_(
        LEDGER.c.state.in_(judged),
        LEDGER.c.mirror_hash.is_distinct_from(PARTICIPANTS.c.content_hash),
    )
    unsent = PushState.UNSENT.value
    return case((outdated, unsent), else_=func.coalesce(LEDGER.c.state, unsent))


def _joined(query: Any, link_id: int | None) -> Any:
    """People beside each link of their event, the race's map and the ledger where there are any."""
    mapped = and_(
        RACE_LINKS.c.link_id == LINKS.c.id, RACE_LINKS.c.race_id == PARTICIPANTS.c.race_id
    )
    held = and_(LEDGER.c.participant_id == PARTICIPANTS.c.id, LEDGER.c.link_id == LINKS.c.id)
    joined = (
        query.select_from(PARTICIPANTS)
        .join(EVENTS, EVENTS.c.id == PARTICIPANTS.c.event_id)
        .join(ACCOUNTS, ACCOUNTS.c.id == EVENTS.c.account_id)
        .join(LINKS, and_(LINKS.c.event_id == PARTICIPANTS.c.event_id, LINKS.c.takes_people))
        .outerjoin(RACE_LINKS, mapped)
        .outerjoin(LEDGER, held)
    )
    return joined if link_id is None else joined.where(LINKS.c.id == link_id)


def candidates(
    connection: Connection, link_id: int, fields: Sequence[str], *, everyone: bool = False
) -> list[Candidate]:
    """People whose state here and at the linked event may differ.

    Args:
        connection: An open read.
        link_id: The link.
        fields: The fields that the scoring system takes; `race` stands for our race id.
        everyone: Also those whose last push was verified, to reconcile the whole far side.
    """
    columns = [*PARTICIPANTS.c, ACCOUNTS.c.provider]
    columns += [LEDGER.c[name].label(f"ledger_{name}") for name in ("state", "remote_id")]
    columns += [LEDGER.c.acknowledged, LEDGER.c.reason, RACE_LINKS.c.remote_race_id]
    query = _joined(select(*columns), link_id).order_by(PARTICIPANTS.c.id)
    standing = and_(PARTICIPANTS.c.status == ACTIVE, PARTICIPANTS.c.awaits_detail.is_(False))
    query = query.where(standing if everyone else _differs())
    return [_candidate(row, fields) for row in connection.execute(query).mappings()]


def _candidate(row: RowMapping, fields: Sequence[str]) -> Candidate:
    stopped = None
    if row["provider_id"] is None and not row["added_here"]:
        stopped = "the registration has no stable id"
    elif row["status"] != ACTIVE:
        stopped = WITHDRAW_BY_HAND
    elif row["remote_race_id"] is None:
        stopped = UNMAPPED
    desired = {name: _text(row["race_id"] if name == "race" else row[name]) for name in fields}
    return Candidate(
        participant_id=row["id"],
        our_id=scoring_id(row["provider"], row["provider_id"] or row["row_key"]),
        remote_id=row["ledger_remote_id"],
        desired=desired,
        acknowledged=row["acknowledged"],
        state=PushState(row["ledger_state"] or PushState.UNSENT),
        mirror_hash=row["content_hash"],
        stopped=stopped,
        gone=row["status"] != ACTIVE,
        unseen=row["reason"] == UNSEEN,
    )


def _text(value: object) -> str | None:
    return None if value is None or value == "" else str(value)


def unread(connection: Connection, link_id: int, since: datetime) -> set[int]:
    """Ids of the people whom nobody has looked for at the linked event since that instant."""
    query = _joined(select(PARTICIPANTS.c.id), link_id).where(
        or_(LEDGER.c.acknowledged_at.is_(None), LEDGER.c.acknowledged_at < since)
    )
    return set(connection.execute(query).scalars())


def taken_bibs(connection: Connection, event_id: int) -> dict[tuple[str, str], int]:
    """How many active people of the event wear each (race id, bib), where more than one does."""
    people = PARTICIPANTS.c
    query = (
        select(people.race_id, people.bib)
        .where(people.event_id == event_id, people.status == ACTIVE, people.bib.is_not(None))
        .where(people.race_id.is_not(None))
    )
    worn = worn_bibs((str(row.race_id), row.bib) for row in connection.execute(query))
    return {key: count for key, count in worn.items() if count > 1}


@alongside
def mark_sent(
    tx: Tx, link_id: int, people: Iterable[tuple[Candidate, Values]], now: datetime
) -> None:
    """Write down what is about to be sent, before it leaves."""
    rows = [
        {
            "link_id": link_id,
            "participant_id": candidate.participant_id,
            "state": PushState.SENT.value,
            "sent": dict(values),
            "reason": None,
            "sent_at": now,
        }
        for candidate, values in people
    ]
    upsert(tx.connection, LEDGER, rows, key=("link_id", "participant_id"))
    tx.touch("participants")


@alongside
def settle(tx: Tx, link_id: int, outcomes: Iterable[Settled], now: datetime) -> None:
    """Write down what the far side is now known to hold."""
    rows = [
        {
            "link_id": link_id,
            "participant_id": outcome.participant_id,
            "remote_id": outcome.remote_id,
            "state": outcome.state.value,
            "acknowledged": None if outcome.acknowledged is None else dict(outcome.acknowledged),
            "mirror_hash": outcome.mirror_hash,
            "reason": outcome.reason,
            "acknowledged_at": now,
        }
        for outcome in outcomes
    ]
    upsert(tx.connection, LEDGER, rows, key=("link_id", "participant_id"))
    tx.touch("participants")


def unsent(connection: Connection, event_id: int | None = None) -> tuple[int, datetime | None]:
    """How many active people some linked event does not hold as they are, and since when."""
    query = _joined(select(func.count(), func.min(PARTICIPANTS.c.changed_at)), None).where(
        PARTICIPANTS.c.status == ACTIVE, _differs()
    )
    if event_id is not None:
        query = query.where(PARTICIPANTS.c.event_id == event_id)
    count, oldest = connection.execute(query).one()
    return int(count), oldest


def lacks_at_scoring() -> ColumnElement[bool]:
    """Whether a person of the outer query stands here and some linked event lacks them so."""
    held = and_(LEDGER.c.participant_id == PARTICIPANTS.c.id, LEDGER.c.link_id == LINKS.c.id)
    lacking = (
        select(LINKS.c.id)
        .select_from(LINKS)
        .outerjoin(LEDGER, held)
        .where(LINKS.c.event_id == PARTICIPANTS.c.event_id, _differs())
        .correlate(PARTICIPANTS)
    )
    return and_(PARTICIPANTS.c.status == ACTIVE, lacking.exists())


def waits_for_person() -> ColumnElement[bool]:
    """Whether a person of the outer query waits for a decision about some linked event."""
    waiting = select(LEDGER.c.id).where(
        LEDGER.c.participant_id == PARTICIPANTS.c.id, present_state().in_(NEEDS_PERSON)
    )
    return waiting.correlate(PARTICIPANTS).exists()


def anything_to_send(connection: Connection, event_id: int) -> bool:
    """Whether some linked event does not hold the event's people as they are, the gone included."""
    query = _joined(select(PARTICIPANTS.c.id), None)
    found = query.where(PARTICIPANTS.c.event_id == event_id, _differs()).limit(1)
    return connection.execute(found).first() is not None


def waiting_for_person(connection: Connection, link_id: int | None = None) -> int:
    """How many people, removed ones too, wait for a decision about a linked event, or any."""
    query = _joined(select(func.count()), link_id).where(present_state().in_(NEEDS_PERSON))
    return int(connection.execute(query).scalar_one())


def state_counts(connection: Connection, event_id: int | None = None) -> dict[str, int]:
    """How many active people are in each push state, over all links."""
    state = present_state()
    query = _joined(select(state, func.count()), None).where(PARTICIPANTS.c.status == ACTIVE)
    if event_id is not None:
        query = query.where(PARTICIPANTS.c.event_id == event_id)
    grouped = query.group_by(state)
    return {row[0]: row[1] for row in connection.execute(grouped)}

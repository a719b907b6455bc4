"""The push ledger: what each scoring event holds of each person, and who is still to be sent."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select, update

from p88console.domain.inbox import Kind
from p88console.domain.model import ParticipantStatus, PushState, ResultStatus
from p88console.domain.plan import Candidate, Values
from p88console.store import core
from p88console.store.database.db import Tx, alongside
from p88console.store.database.upsert import CHUNK, chunked, upsert
from p88console.store.mirror import versions

LEDGER = core.PUSH_LEDGER
PARTICIPANTS = core.PARTICIPANTS
RACE_LINKS = core.RACE_LINKS
LINKS = core.LINKS
EVENTS = core.EVENTS
ACCOUNTS = core.ACCOUNTS
SCORING = ACCOUNTS.alias("scoring")

ACTIVE = ParticipantStatus.ACTIVE.value
NEEDS_PERSON = (PushState.HELD, PushState.REFUSED, PushState.DIFFERS, PushState.IGNORED)
RACED = (ResultStatus.RUNNING, ResultStatus.FINISHED, ResultStatus.DNF, ResultStatus.DQ)
BARE = "has no bib there"
UNSEEN = "sent, but the scoring system does not show this person"
UNMAPPED = "their race is linked to none at the scoring system: map it with event link --race"
GONE = "is no longer registered"
NEEDED = ("id", "provider_id", "row_key", "added_here", "status", "content_hash")
HELD = ("state", "remote_id", "acknowledged", "withdrawn", "reason")
"""What is read of a person and of their line here beside the fields that scoring takes."""
WITHDRAW_BY_HAND = f"{GONE}: withdraw at the scoring system by hand"


@dataclass(frozen=True, slots=True)
class Settled:
    """What is now known of one person at the far side."""

    participant_id: int
    state: PushState
    remote_id: str | None
    acknowledged: Values | None
    mirror_hash: str | None
    reason: str | None = None
    ask: Kind | None = None
    """What kind of question this puts to a person, if it does."""
    withdrawn: bool = False
    """Whether the far side holds them as no longer taking part."""


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
            or_(
                and_(LEDGER.c.acknowledged.is_not(None), ~LEDGER.c.withdrawn),
                LEDGER.c.state == PushState.SENT.value,
            ),
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
    """People beside each link in use, the race's map and the ledger where there are any."""
    mapped = and_(
        RACE_LINKS.c.link_id == LINKS.c.id, RACE_LINKS.c.race_id == PARTICIPANTS.c.race_id
    )
    held = and_(LEDGER.c.participant_id == PARTICIPANTS.c.id, LEDGER.c.link_id == LINKS.c.id)
    in_use = select(SCORING.c.id).where(SCORING.c.removed_at.is_(None))
    joined = (
        query.select_from(PARTICIPANTS)
        .join(EVENTS, EVENTS.c.id == PARTICIPANTS.c.event_id)
        .join(ACCOUNTS, ACCOUNTS.c.id == EVENTS.c.account_id)
        .join(LINKS, and_(LINKS.c.event_id == PARTICIPANTS.c.event_id, LINKS.c.takes_people))
        .outerjoin(RACE_LINKS, mapped)
        .outerjoin(LEDGER, held)
        .where(LINKS.c.account_id.in_(in_use))
    )
    return joined if link_id is None else joined.where(LINKS.c.id == link_id)


def candidates(
    connection: Connection,
    link_id: int,
    fields: Sequence[str],
    *,
    everyone: bool = False,
    in_doubt: bool = False,
) -> list[Candidate]:
    """People whose state here and at the linked event may differ.

    Args:
        connection: An open read.
        link_id: The link.
        fields: The fields that the scoring system takes; `race` stands for our race id.
        everyone: Also those whose last push was verified, to reconcile the whole far side.
        in_doubt: Only those who were sent and never confirmed.
    """
    standing = and_(PARTICIPANTS.c.status == ACTIVE, PARTICIPANTS.c.awaits_detail.is_(False))
    query = _people(link_id, fields).where(standing if everyone else _differs())
    if in_doubt:
        query = query.where(LEDGER.c.state == PushState.SENT.value)
    rows = connection.execute(query.order_by(PARTICIPANTS.c.id)).all()
    disputed = versions.in_conflict(connection, link_id)
    return [_candidate(row, fields, disputed) for row in rows]


def _people(link_id: int, fields: Sequence[str]) -> Any:
    person, held = PARTICIPANTS.c, LEDGER.c
    columns: list[Any] = [
        *(person[name] for name in NEEDED),
        ACCOUNTS.c.provider,
        *(held[name] for name in HELD),
        RACE_LINKS.c.remote_race_id,
        _raced(),
        *(person[_column(name)] for name in fields),
    ]
    return _joined(select(*columns), link_id)


def _column(field: str) -> str:
    return "race_id" if field == "race" else field


def _raced() -> ColumnElement[bool]:
    """Whether the linked event has a read or a result of a person of the outer query."""
    result = core.RESULTS.c
    known = select(result.id).where(
        result.participant_id == PARTICIPANTS.c.id,
        result.link_id == LINKS.c.id,
        or_(result.status.in_(RACED), result.gun_time_ms.is_not(None)),
    )
    return known.correlate(PARTICIPANTS, LINKS).exists()


def _candidate(
    row: Sequence[Any], fields: Sequence[str], disputed: Mapping[int, Values]
) -> Candidate:
    """A person out of a row of `_people`."""
    its_id, provider_id, row_key, added_here, status, content_hash, provider, *rest = row
    state, remote_id, acknowledged, withdrawn, reason, remote_race_id, raced, *values = rest
    active, stopped = status == ACTIVE, None
    if provider_id is None and not added_here:
        stopped = "the registration has no stable id"
    elif not active:
        stopped = WITHDRAW_BY_HAND
    elif remote_race_id is None:
        stopped = UNMAPPED
    if withdrawn and active:
        acknowledged = None  # as if the far side had never seen who takes part again
    desired = {
        name: None if value is None or value == "" else str(value)
        for name, value in zip(fields, values, strict=True)
    }
    open_now = disputed.get(its_id)
    return Candidate(
        participant_id=its_id,
        our_id=scoring_id(provider, provider_id or row_key),
        remote_id=remote_id,
        desired=desired,
        acknowledged=acknowledged,
        state=PushState.UNSENT if state is None else PushState(state),
        mirror_hash=content_hash,
        stopped=stopped,
        gone=not active,
        unseen=reason == UNSEEN,
        raced=bool(raced),
        bare=reason if reason and reason.startswith(BARE) else None,
        undecided=_leave_open(desired, acknowledged or {}, open_now) if open_now else (),
    )


def _leave_open(
    desired: dict[str, str | None], acknowledged: Values, disputed: Values
) -> tuple[str, ...]:
    """What is in conflict stays as scoring holds it; returns the fields that this is about.

    Whoever it never saw is sent what was last agreed.
    """
    undecided = []
    for name, wanted in desired.items():
        if (column := _column(name)) in disputed:
            held = acknowledged.get(name, disputed[column])
            if held != wanted:
                desired[name] = held
                undecided.append(name)
    return tuple(undecided)


def unread(connection: Connection, link_id: int, since: datetime) -> set[int]:
    """Ids of the people whom nobody has looked for at the linked event since that instant."""
    query = _joined(select(PARTICIPANTS.c.id), link_id).where(
        or_(LEDGER.c.acknowledged_at.is_(None), LEDGER.c.acknowledged_at < since)
    )
    return set(connection.execute(query).scalars())


def holders(
    connection: Connection, link_id: int, fields: Sequence[str], bibs: Collection[str]
) -> list[Candidate]:
    """Whoever was last seen at the linked event wearing one of these bibs."""
    worn = LEDGER.c.acknowledged["bib"].as_string()
    query = select(LEDGER.c.participant_id, worn.label("bib")).where(
        LEDGER.c.link_id == link_id, LEDGER.c.acknowledged.is_not(None)
    )
    if len(bibs) <= CHUNK:
        query = query.where(worn.in_(list(bibs)))
    ids = [row.participant_id for row in connection.execute(query) if row.bib in bibs]
    found: list[Candidate] = []
    for some in chunked(ids):
        people = _people(link_id, fields).where(PARTICIPANTS.c.id.in_(some))
        found += [_candidate(row, fields, {}) for row in connection.execute(people)]
    return found


def by_hand(connection: Connection, link_id: int, fields: Sequence[str]) -> list[Candidate]:
    """Who was left to be withdrawn by hand at the linked event."""
    query = _people(link_id, fields).where(
        PARTICIPANTS.c.status != ACTIVE, LEDGER.c.state == PushState.HELD.value
    )
    return [_candidate(row, fields, {}) for row in connection.execute(query)]


def forget(tx: Tx, participant_ids: Sequence[int], link_id: int | None = None) -> None:
    """Let verdicts about these people hold no longer: the next push looks at them again."""
    for ids in chunked(participant_ids):
        told = update(LEDGER).where(
            LEDGER.c.participant_id.in_(ids), LEDGER.c.state != PushState.SENT.value
        )
        if link_id is not None:
            told = told.where(LEDGER.c.link_id == link_id)
        tx.connection.execute(told.values(mirror_hash=None, state=PushState.UNSENT.value))
    tx.touch("participants")


def account_of(connection: Connection, link_id: int) -> int:
    """The scoring account of a link."""
    query = select(LINKS.c.account_id).where(LINKS.c.id == link_id)
    return int(connection.execute(query).scalar_one())


@alongside
def mark_sent(
    tx: Tx, link_id: int, people: Sequence[tuple[Candidate, Values]], now: datetime
) -> set[int]:
    """Write down what is about to be sent, before it leaves; returns whom it may be sent for.

    Whoever has changed here since the plan was made is left out: the plan about them is stale.
    """
    planned = {candidate.participant_id: candidate.mirror_hash for candidate, _values in people}
    current: set[int] = set()
    for ids in chunked(list(planned)):
        query = select(PARTICIPANTS.c.id, PARTICIPANTS.c.content_hash)
        found = tx.connection.execute(query.where(PARTICIPANTS.c.id.in_(ids))).all()
        current |= {its_id for its_id, content in found if content == planned[its_id]}
    state = PushState.SENT.value
    rows = [
        {
            "link_id": link_id,
            "participant_id": candidate.participant_id,
            "state": state,
            "sent": dict(values),
            "reason": candidate.bare,
            "withdrawn": False,
            "sent_at": now,
        }
        for candidate, values in people
        if candidate.participant_id in current
    ]
    upsert(tx.connection, LEDGER, rows, key=("link_id", "participant_id"), keep=("withdrawn",))
    tx.touch("participants")
    return current


@alongside
def settle(tx: Tx, link_id: int, outcomes: Iterable[Settled], now: datetime) -> None:
    """Write down what the far side is now known to hold."""
    words = {state: state.value for state in PushState}
    rows = [
        {
            "link_id": link_id,
            "participant_id": outcome.participant_id,
            "remote_id": outcome.remote_id,
            "state": words[outcome.state],
            "acknowledged": None if outcome.acknowledged is None else dict(outcome.acknowledged),
            "mirror_hash": outcome.mirror_hash,
            "withdrawn": outcome.withdrawn,
            "reason": outcome.reason,
            "acknowledged_at": now,
        }
        for outcome in outcomes
    ]
    upsert(tx.connection, LEDGER, rows, key=("link_id", "participant_id"))
    tx.touch("participants")


def unsent(connection: Connection, event_id: int | None = None) -> tuple[int, datetime | None]:
    """How many active people some linked event does not hold as they are, and since when."""
    people = func.count(PARTICIPANTS.c.id.distinct())
    query = _joined(select(people, func.min(PARTICIPANTS.c.changed_at)), None).where(
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


def waiting_for_person(connection: Connection, link_id: int) -> list[int]:
    """Who waits for a decision about a linked event, removed people too."""
    few = and_(LEDGER.c.link_id == link_id, LEDGER.c.state.in_(NEEDS_PERSON))
    query = select(PARTICIPANTS.c.id).join(LEDGER, LEDGER.c.participant_id == PARTICIPANTS.c.id)
    waiting = query.where(few, present_state().in_(NEEDS_PERSON))
    return list(connection.execute(waiting).scalars())


def state_counts(
    connection: Connection, event_id: int | None = None, link_id: int | None = None
) -> dict[str, int]:
    """How many active people are in each push state, over all links or for one."""
    state = present_state()
    query = _joined(select(state, func.count()), link_id).where(PARTICIPANTS.c.status == ACTIVE)
    if event_id is not None:
        query = query.where(PARTICIPANTS.c.event_id == event_id)
    grouped = query.group_by(state)
    return {row[0]: row[1] for row in connection.execute(grouped)}


def verified_count(connection: Connection, event_id: int) -> int:
    """How many active people every scoring system of their race is seen to hold as they are."""
    verified = present_state() == PushState.VERIFIED.value
    owed = case((and_(RACE_LINKS.c.race_id.is_not(None), ~verified), 1), else_=0)
    query = (
        _joined(select(PARTICIPANTS.c.id), None)
        .where(PARTICIPANTS.c.event_id == event_id, PARTICIPANTS.c.status == ACTIVE)
        .group_by(PARTICIPANTS.c.id)
        .having(func.max(owed) == 0, func.max(case((verified, 1), else_=0)) == 1)
    )
    return int(connection.execute(select(func.count()).select_from(query.subquery())).scalar_one())

"""Registrations that no longer stand: quarantined first, applied when a later pull agrees."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from p88console.domain.fingerprint import fingerprint
from p88console.domain.inbox import Kind
from p88console.domain.jobs import Counts
from p88console.domain.model import ParticipantStatus, RemovalRecord
from p88console.domain.ownership import in_race
from p88console.domain.policy import PLAIN, Policy
from p88console.domain.removal import brake_limit
from p88console.store.database.db import Tx
from p88console.store.database.upsert import chunked
from p88console.store.inbox import questions as inbox
from p88console.store.inbox.questions import STAMP, Question
from p88console.store.mirror.participants import (
    CHANGES,
    PARTICIPANTS,
    Source,
    content_hash,
    removal_key,
)
from p88console.store.mirror.rules import Rules
from p88console.store.work.touched import Touched


@dataclass(frozen=True, slots=True)
class Gone:
    """Somebody whose registration no longer stands: their row, the new standing, who says so."""

    row: RowMapping
    status: str
    moved_to: str | None
    reason: str
    doubtful: bool = False
    """Only a person can say so: missing at a provider who says who leaves, and did not."""

    @property
    def stamp(self) -> str:
        """The word that was given: a decision about it holds until another word comes."""
        return f"{self.status}:{self.moved_to or ''}"


def note_removals(
    tx: Tx,
    event_id: int,
    removals: Sequence[RemovalRecord],
    source: Source,
    now: datetime,
    *,
    policy: Policy = PLAIN,
    touched: Touched | None = None,
) -> Counts:
    """Take a provider's complete list of removals.

    Whoever is named for the first time goes into quarantine; whoever was there before this pull is
    removed, softly and with the reason. A person must look where so many would go at once that it
    cannot be believed, and where a bib would be taken from somebody after the gun.
    """
    touched = touched or Touched()
    removals = _each(tx.connection, event_id, removals)
    named = _named(tx.connection, event_id, removals, source)
    first = [gone for gone in named if gone.row["quarantined_since"] is None]
    # another moment, not an earlier one: the clock may have been set back since
    before = [gone for gone in named if gone.row["quarantined_since"] not in (None, now)]
    limit = brake_limit(active_count(tx.connection, event_id))
    braked = len(first) > limit or len(before) > limit
    rules = Rules(tx.connection, event_id, policy)
    started = {gone.row["id"] for gone in named if _wears_after_gun(gone, rules, now)}
    asked = {gone.row["id"] for gone in named if gone.doubtful} | started
    confirmed = [] if braked else [gone for gone in before if gone.row["id"] not in asked]
    _quarantine(tx, [gone.row["id"] for gone in first], now)
    apply(tx, confirmed, source, now)
    waiting = [gone for gone in named if gone not in confirmed]
    if braked:
        inbox.settle(tx, [removal_key(gone.row["id"]) for gone in waiting], "too many", now)
        inbox.ask(tx, [_brake(event_id, waiting, active_count(tx.connection, event_id))], now)
    else:
        if quarantined_count(tx.connection, event_id) <= limit:
            inbox.settle(tx, [brake_key(event_id)], "no longer so many", now)
        inbox.ask(
            tx,
            [question(event_id, gone, started=gone.row["id"] in started) for gone in waiting],
            now,
        )
    touched.note("removed", (gone.row["id"] for gone in confirmed))
    if named:
        tx.touch("participants")
    return Counts(received=len(removals), removed=len(confirmed), quarantined=len(waiting))


def _named(
    connection: Connection, event_id: int, removals: Sequence[RemovalRecord], source: Source
) -> list[Gone]:
    """Who of those named stands here; those whom somebody decided to keep are left out."""
    known = _known(connection, event_id, [removal.provider_id for removal in removals])
    kept = inbox.answered(connection, [removal_key(row["id"]) for row in known.values()])
    named: dict[int, Gone] = {}
    for removal in removals:
        row = known.get(removal.provider_id)
        if row is None or row["status"] != ParticipantStatus.ACTIVE:
            continue
        said = "no longer lists them" if removal.unsaid else f"says {removal.status.value}"
        reason = f"{source.who} {said}"
        gone = Gone(row, removal.status.value, removal.moved_to, reason, removal.doubtful)
        if kept.get(removal_key(row["id"])) != gone.stamp:
            named[row["id"]] = gone
    return list(named.values())


def _wears_after_gun(gone: Gone, rules: Rules, now: datetime) -> bool:
    return bool(gone.row["bib"]) and in_race(now, rules.gun(gone.row["race_id"]))


def _quarantine(tx: Tx, ids: Sequence[int], now: datetime) -> None:
    for some in chunked(ids):
        tx.connection.execute(
            update(PARTICIPANTS).where(PARTICIPANTS.c.id.in_(some)).values(quarantined_since=now)
        )


NOBODY = "; nobody was removed"
"""How a brake's reason ends while it holds."""


def brake_key(event_id: int) -> str:
    """The inbox key of an event's removal brake."""
    return f"brake:{event_id}"


def brake_holds(connection: Connection, event_id: int) -> bool:
    """Whether the event's removals wait for somebody to look."""
    return bool(inbox.open_ids(connection, [brake_key(event_id)]))


def _brake(event_id: int, waiting: Sequence[Gone], active: int) -> Question:
    ids = sorted(gone.row["id"] for gone in waiting)
    who = waiting[0].reason.partition(" ")[0]
    return Question(
        key=brake_key(event_id),
        kind=Kind.REMOVAL,
        reason=f"{who} takes {len(ids)} of {active} people out at once{NOBODY}",
        event_id=event_id,
        detail={
            STAMP: fingerprint(ids),
            "count": len(ids),
            "people": [[gone.row["id"], gone.status, gone.moved_to] for gone in waiting],
        },
    )


def empty_key(event_id: int) -> str:
    """The inbox key of a listing without anybody."""
    return f"empty:{event_id}"


def ask_about_emptiness(tx: Tx, event_id: int, reason: str, known: int, now: datetime) -> None:
    """A listing without anybody for an event that has people: told, and believed by nobody."""
    question = Question(
        key=empty_key(event_id),
        kind=Kind.REMOVAL,
        reason=reason,
        event_id=event_id,
        detail={STAMP: None, "count": known},
    )
    inbox.ask(tx, [question], now)


def question(event_id: int, gone: Gone, *, started: bool = False) -> Question:
    """What to ask about one registration that may no longer stand."""
    reason = gone.reason
    if gone.moved_to:
        reason += f" to registration {gone.moved_to}"
    if started:
        reason += f"; after the gun bib {gone.row['bib']} is taken from nobody without asking"
    return Question(
        key=removal_key(gone.row["id"]),
        kind=Kind.REMOVAL,
        reason=reason,
        event_id=event_id,
        participant_id=gone.row["id"],
        detail={STAMP: gone.stamp, "status": gone.status, "moved_to": gone.moved_to},
    )


def apply(
    tx: Tx,
    people: Sequence[Gone],
    source: Source,
    now: datetime,
    action_id: int | None = None,
) -> None:
    """Remove people, softly and with the reason; what was asked about them is answered."""
    for gone in people:
        after: dict[str, Any] = {**gone.row, "status": gone.status}
        tx.connection.execute(
            update(PARTICIPANTS)
            .where(PARTICIPANTS.c.id == gone.row["id"])
            .values(
                status=gone.status,
                status_reason=gone.reason,
                moved_to=gone.moved_to,
                quarantined_since=None,
                content_hash=content_hash(after),
                changed_at=now,
            )
        )
    trail = [
        {
            "participant_id": gone.row["id"],
            "at": now,
            "who": source.who,
            "door": source.door,
            "field": "status",
            "before": gone.row["status"],
            "after": gone.status,
            "reason": gone.reason,
            "action_id": action_id,
        }
        for gone in people
    ]
    if trail:
        tx.connection.execute(insert(CHANGES), trail)
        tx.touch("participants")
    inbox.settle_about(tx, [gone.row["id"] for gone in people], ASKED, "gone", now)


def _each(
    connection: Connection, event_id: int, removals: Sequence[RemovalRecord]
) -> list[RemovalRecord]:
    """The removals with those of a whole registration told for each of its participants."""
    whole = {removal.provider_id: removal for removal in removals}
    people, found = PARTICIPANTS.c, dict(whole)
    for ids in chunked(list(whole)):
        # with the event asked for too, SQLite would look at everybody in it
        query = select(people.row_key, people.registration, people.event_id).where(
            people.registration.in_(ids)
        )
        for its_id, registration, its_event in connection.execute(query):
            if its_event == event_id:
                found.setdefault(its_id, replace(whole[registration], provider_id=its_id))
    return list(found.values())


def dropped(
    connection: Connection, event_id: int, standing: Mapping[str, Container[str | None]]
) -> list[RemovalRecord]:
    """Participants of these registrations that are not among their standing ones any more."""
    people, found = PARTICIPANTS.c, []
    for registrations in chunked(list(standing)):
        query = select(people.row_key, people.registration, people.event_id).where(
            people.registration.in_(registrations),
            people.status == ParticipantStatus.ACTIVE.value,
        )
        for its_id, registration, its_event in connection.execute(query):
            if its_event == event_id and its_id not in standing[registration]:
                found.append(RemovalRecord(its_id, ParticipantStatus.REMOVED))
    return found


ASKED = (Kind.CONFLICT, Kind.REMOVAL, Kind.NO_ID)
"""What need not be asked any more about somebody who is no longer registered."""


def quarantined(connection: Connection, event_id: int) -> list[RowMapping]:
    """Who waits in quarantine."""
    query = select(PARTICIPANTS).where(
        PARTICIPANTS.c.event_id == event_id, PARTICIPANTS.c.quarantined_since.is_not(None)
    )
    return list(connection.execute(query).mappings())


def _known(connection: Connection, event_id: int, row_keys: Sequence[str]) -> dict[str, RowMapping]:
    found: dict[str, RowMapping] = {}
    for keys in chunked(row_keys):
        query = select(PARTICIPANTS).where(
            PARTICIPANTS.c.event_id == event_id, PARTICIPANTS.c.row_key.in_(keys)
        )
        found |= {row["row_key"]: row for row in connection.execute(query).mappings()}
    return found


def absent(
    connection: Connection, event_id: int, listed: Container[str], *, removes: bool = True
) -> list[RemovalRecord]:
    """Who stands here and is missing from a complete listing, as removals; walk-ups never are.

    Where the provider says who leaves, so that absence alone `removes` nobody, only so many that
    they pull the brake are told, and whoever waits from then.
    """
    people = PARTICIPANTS.c
    everybody = connection.execute(select(people.row_key).where(people.event_id == event_id))
    strays = [row_key for row_key in everybody.scalars() if row_key not in listed]
    missing: list[Any] = []
    for keys in chunked(strays):
        query = select(people.row_key, people.quarantined_since).where(
            people.event_id == event_id,
            people.row_key.in_(keys),
            people.status == ParticipantStatus.ACTIVE.value,
            ~people.added_here,
        )
        missing += connection.execute(query).all()
    if not removes and len(missing) <= brake_limit(active_count(connection, event_id)):
        missing = [row for row in missing if row.quarantined_since is not None]
    return [
        RemovalRecord(row.row_key, ParticipantStatus.REMOVED, unsaid=True, doubtful=not removes)
        for row in missing
    ]


def active_ids(connection: Connection, event_id: int) -> list[int]:
    """Whose registrations of the event stand."""
    query = select(PARTICIPANTS.c.id).where(
        PARTICIPANTS.c.event_id == event_id,
        PARTICIPANTS.c.status == ParticipantStatus.ACTIVE.value,
    )
    return list(connection.execute(query).scalars())


def active_count(connection: Connection, event_id: int) -> int:
    """How many registrations of the event stand."""
    query = select(func.count()).where(
        PARTICIPANTS.c.event_id == event_id,
        PARTICIPANTS.c.status == ParticipantStatus.ACTIVE.value,
    )
    return int(connection.execute(query).scalar_one())


def quarantined_count(connection: Connection, event_id: int | None = None) -> int:
    """How many removals wait for a second pull or a person."""
    query = select(func.count()).where(PARTICIPANTS.c.quarantined_since.is_not(None))
    if event_id is not None:
        query = query.where(PARTICIPANTS.c.event_id == event_id)
    return int(connection.execute(query).scalar_one())

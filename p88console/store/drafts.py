"""Drafts: what would be published of a race at this moment, and what the guard says to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from p88console.domain.case import Case, Finding, Grade, Runner
from p88console.domain.guard import inspect
from p88console.domain.inbox import Kind
from p88console.domain.model import ParticipantStatus, ResultStatus
from p88console.domain.publication import (
    CODED,
    Comparison,
    Line,
    Mode,
    RowState,
    compare,
    publishable,
)
from p88console.store import publications
from p88console.store.events import EventRow, RaceRow
from p88console.store.inbox import INBOX
from p88console.store.participants import PARTICIPANTS
from p88console.store.publications import Version
from p88console.store.results import RESULTS

KNOWN_WORDS = (ResultStatus.FINISHED.value, ResultStatus.RUNNING.value, *CODED)
ACTIVE = ParticipantStatus.ACTIVE.value


@dataclass(frozen=True, slots=True)
class Wish:
    """How results are to be published."""

    official: bool = False
    notify: bool = False
    full: bool = False
    """Every line into a fresh list, whatever changed."""
    previous: bool = False
    """The version before the one that was published last, again."""
    unpublish: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """What would go out for one race; `base` is the version it is compared with."""

    race: RaceRow
    mode: Mode
    lines: Sequence[Line]
    findings: Sequence[Finding]
    comparison: Comparison
    official: bool
    notify: bool
    base: Version | None = None
    origin: int | None = None
    idle: bool = False
    """Nothing differs from what is shown, so that there is nothing to do."""


def draft(
    connection: Connection, event: EventRow, race: RaceRow, wish: Wish, now: datetime
) -> Draft | None:
    """What publishing this race would mean; None when there is nothing it could be about."""
    base = publications.last_shown(connection, race.id)
    shown = publications.current(connection, race.id)
    hidden = shown is not None and shown.mode is Mode.WITHDRAW
    if wish.unpublish:
        return None if base is None or hidden else _withdrawal(connection, race, base)
    case, origin = _case(connection, event, race, now), None
    if wish.previous:
        earlier = publications.previous(connection, race.id)
        if earlier is None:
            return None
        case, origin = _earlier(connection, earlier), earlier.origin
    if not case.runners and base is None:
        return None
    known = [] if base is None else _acknowledged(connection, base)
    lines = [runner.line for runner in case.runners]
    comparison = compare(lines, known)
    mode = Mode.FULL if base is None or wish.full else comparison.mode
    case = replace(
        case,
        before=None if base is None else known,
        distance_m=race.distance_m,
        mode=mode,
        notify=wish.notify,
        official=wish.official,
        was_official=base is not None and base.official,
    )
    same = base is not None and not hidden and base.official == wish.official and not wish.full
    return Draft(
        race,
        mode,
        lines,
        inspect(case),
        comparison,
        wish.official,
        wish.notify,
        base,
        origin,
        idle=same and not comparison.changes and not comparison.left_over,
    )


def _acknowledged(connection: Connection, base: Version) -> list[Line]:
    """The lines of a version that were read back as they were meant."""
    return publications.lines(connection, base.id, state=RowState.VERIFIED)


def _withdrawal(connection: Connection, race: RaceRow, base: Version) -> Draft:
    lines = publications.lines(connection, base.id)
    text = f"{len(lines)} lines of version {base.version} are taken from the public"
    finding = Finding("unpublish", Grade.LOOK, text)
    nothing = Comparison()
    return Draft(
        race, Mode.WITHDRAW, (), [finding], nothing, base.official, notify=False, base=base
    )


def _earlier(connection: Connection, version: Version) -> Case:
    """The lines of an earlier version beside who is registered now."""
    lines = publications.lines(connection, version.id)
    query = select(PARTICIPANTS).join(
        publications.ROWS, publications.ROWS.c.participant_id == PARTICIPANTS.c.id
    )
    query = query.where(publications.ROWS.c.publication_id == version.id)
    people = {row["id"]: dict(row) for row in connection.execute(query).mappings()}
    runners = [_runner(line, people.get(line.participant_id or 0, {}), {}) for line in lines]
    return Case(runners, going_back=True)


def _case(connection: Connection, event: EventRow, race: RaceRow, now: datetime) -> Case:
    """The standings of a race as they are, sorted by what can become of each."""
    rows = _standings(connection, race)
    begun = [row for row in rows if row["status"] != ResultStatus.NOT_STARTED]
    first = begun[0]["link_id"] if begun else None
    own = [row for row in begun if row["link_id"] == first]
    runners: dict[int, Runner] = {}
    orphans: list[Runner] = []
    twice: list[Runner] = []
    unplaceable: list[tuple[Runner, str]] = []
    for row in own:
        runner = _runner(_line(row), row, row)
        participant = row["participant_id"]
        if participant is None:
            orphans.append(runner)
        elif participant in runners:
            twice.append(runner)
        elif reason := _unplaceable(row, race, event):
            unplaceable.append((runner, reason))
        elif publishable(runner.line):
            runners[participant] = runner
    moved = max((row["changed_at"] for row in begun), default=None)
    return Case(
        runners=list(runners.values()),
        orphans=orphans,
        without_result=_without_result(connection, race, begun),
        unplaceable=unplaceable,
        twice=twice,
        other_times={
            row["participant_id"]: row["gun_time_ms"]
            for row in begun
            if row["link_id"] != first and row["participant_id"] and row["gun_time_ms"] is not None
        },
        inbox=_waiting(connection, race),
        still=None if moved is None else now - moved,
        running=sum(row["status"] == ResultStatus.RUNNING for row in own),
    )


def _standings(connection: Connection, race: RaceRow) -> list[Mapping[str, Any]]:
    """The race's results beside who is registered, by scoring system and place."""
    person = PARTICIPANTS.c
    columns = [
        person.provider_id,
        person.race_id.label("registered_race_id"),
        person.status.label("registration"),
        person.first_name.label("registered_first_name"),
        person.last_name.label("registered_last_name"),
        person.gender,
        person.birth_date,
    ]
    query = (
        select(RESULTS, *columns)
        .outerjoin(PARTICIPANTS, person.id == RESULTS.c.participant_id)
        .where(RESULTS.c.race_id == race.id)
        .order_by(RESULTS.c.link_id, RESULTS.c.place.is_(None), RESULTS.c.place, RESULTS.c.id)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def _line(row: Mapping[str, Any]) -> Line:
    coded = row["status"] in CODED
    return Line(
        registration_id=row["provider_id"] or "",
        participant_id=row["participant_id"],
        bib=row["bib"],
        status=row["status"],
        place=None if coded else row["place"],
        gun_time_ms=None if coded else row["gun_time_ms"],
        chip_time_ms=None if coded else row["chip_time_ms"],
        splits={
            split["name"]: split["gun_time_ms"]
            for split in row["splits"]
            if split["gun_time_ms"] is not None
        },
    )


def _runner(line: Line, person: Mapping[str, Any], row: Mapping[str, Any]) -> Runner:
    registered = (
        person.get("registered_first_name", person.get("first_name")),
        person.get("registered_last_name", person.get("last_name")),
    )
    scored = (row.get("first_name"), row.get("last_name"))
    named = " ".join(name for name in registered if name)
    return Runner(
        line=line,
        name=" ".join(name for name in scored if name) or named,
        registered_name=named if line.participant_id is not None else "",
        gender=person.get("gender"),
        birth_date=person.get("birth_date"),
        category=row.get("category"),
        splits=tuple(line.splits.items()),
    )


def _unplaceable(row: Mapping[str, Any], race: RaceRow, event: EventRow) -> str | None:
    """Why the registration provider would not take this result."""
    if not row["provider_id"]:
        return f"no registration at {event.provider.title}"
    if row["registration"] != ACTIVE:
        return f"registration {row['registration']}"
    if row["registered_race_id"] != race.id:
        names = {one.id: one.name for one in event.races}
        return f"registered for {names.get(row['registered_race_id'], 'another race')}"
    if row["status"] not in KNOWN_WORDS:
        return f"standing {row['status']!r} has no word there"
    return None


def _without_result(
    connection: Connection, race: RaceRow, begun: Iterable[Mapping[str, Any]]
) -> list[tuple[int, str]]:
    done = {row["participant_id"] for row in begun}
    person = PARTICIPANTS.c
    query = (
        select(person.id, person.bib, person.first_name, person.last_name)
        .where(person.race_id == race.id, person.status == ACTIVE)
        .order_by(person.name_key, person.id)
    )
    return [
        (row.id, " ".join(part for part in (row.bib, row.first_name, row.last_name) if part))
        for row in connection.execute(query)
        if row.id not in done
    ]


def _waiting(connection: Connection, race: RaceRow) -> int:
    """Open inbox items about people of this race; orphans are a finding of their own."""
    query = (
        select(func.count())
        .select_from(INBOX)
        .join(PARTICIPANTS, PARTICIPANTS.c.id == INBOX.c.participant_id)
        .where(
            INBOX.c.decided_at.is_(None),
            INBOX.c.kind != Kind.ORPHAN.value,
            PARTICIPANTS.c.race_id == race.id,
        )
    )
    return int(connection.execute(query).scalar_one())

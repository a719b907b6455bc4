"""Drafts: what would be published of a race at this moment, and what the guard says to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, or_, select

from p88console.domain.case import Case, Finding, Grade, Runner
from p88console.domain.guard import inspect
from p88console.domain.inbox import Kind
from p88console.domain.model import ParticipantStatus, ResultStatus
from p88console.domain.publication import (
    CODED,
    EVERYTHING,
    Comparison,
    Line,
    Medium,
    Mode,
    RowState,
    compare,
    publishable,
)
from p88console.store.inbox.questions import INBOX
from p88console.store.mirror.participants import PARTICIPANTS
from p88console.store.results import publications
from p88console.store.results.publications import Version
from p88console.store.results.revisions import RESULTS
from p88console.store.tenancy.events import EventRow, RaceRow

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
    connection: Connection,
    event: EventRow,
    race: RaceRow,
    wish: Wish,
    now: datetime,
    medium: Medium = EVERYTHING,
) -> Draft | None:
    """What publishing this race would mean; None when there is nothing it could be about."""
    base = publications.last_shown(connection, race.id)
    shown = publications.current(connection, race.id)
    hidden = shown is not None and shown.mode is Mode.WITHDRAW
    if wish.unpublish:
        return None if base is None or hidden else _withdrawal(connection, race, base)
    case, origin = _case(connection, event, race, now, medium), None
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
    mode = comparison.mode if medium.fresh_lists else Mode.PARTIAL
    mode = Mode.FULL if base is None or wish.full else mode
    case = replace(
        case,
        before=None if base is None else known,
        distance_m=race.distance_m,
        mode=mode,
        notify=wish.notify,
        official=wish.official,
        was_official=base is not None and base.official,
        medium=medium,
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


def _case(
    connection: Connection, event: EventRow, race: RaceRow, now: datetime, medium: Medium
) -> Case:
    """The standings of a race as they are, sorted by what can become of each."""
    rows = _standings(connection, event, race)
    begun = [row for row in rows if row["status"] != ResultStatus.NOT_STARTED]
    leading, others = _by_system(begun)
    runners: dict[int, Runner] = {}
    orphans: list[Runner] = []
    twice: list[Runner] = []
    unplaceable: list[tuple[Runner, str]] = []
    for row in leading:
        runner = _runner(_line(row, event, medium), row, row)
        participant = row["participant_id"]
        if participant is None:
            orphans.append(runner)
        elif participant in runners:
            twice.append(runner)
        elif reason := _unplaceable(row, race, event, medium):
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
            for row in others
            if row["gun_time_ms"] is not None
        },
        inbox=_waiting(connection, event, race),
        still=None if moved is None else now - moved,
        running=sum(row["status"] == ResultStatus.RUNNING for row in leading),
    )


def _by_system(
    begun: Sequence[Mapping[str, Any]],
) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """Each runner by the first scoring system that has them, and what the others say of them.

    Results of nobody come from the first system alone: another may only not know their runner.
    """
    first: dict[int, int] = {}
    for row in begun:
        first.setdefault(row["participant_id"] or 0, row["link_id"])
    orphans_of = min((row["link_id"] for row in begun), default=0)
    leading, others = list[Mapping[str, Any]](), list[Mapping[str, Any]]()
    for row in begun:
        leads = first[row["participant_id"]] if row["participant_id"] else orphans_of
        if row["link_id"] == leads:
            leading.append(row)
        elif row["participant_id"]:
            others.append(row)
    return leading, others


def _standings(connection: Connection, event: EventRow, race: RaceRow) -> list[Mapping[str, Any]]:
    """The race's results beside who is registered, by scoring system and place.

    What the registration provider itself shows is no standing: that is what was published.
    """
    own = [link.id for link in event.links if link.account_id == event.account_id]
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
        .where(RESULTS.c.race_id == race.id, RESULTS.c.link_id.not_in(own))
        .order_by(RESULTS.c.link_id, RESULTS.c.place.is_(None), RESULTS.c.place, RESULTS.c.id)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def _line(row: Mapping[str, Any], event: EventRow, medium: Medium) -> Line:
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
            if split["gun_time_ms"] is not None and medium.splits
        },
        runner=_told_of(row, event) if medium.runners else {},
    )


def _told_of(row: Mapping[str, Any], event: EventRow) -> dict[str, str | int | None]:
    """Who ran, as registered, else as scored; the age on race day."""
    born, day = row["birth_date"], event.starts_at
    age = None
    if born is not None and day is not None:
        local = day.astimezone(ZoneInfo(event.timezone))
        age = local.year - born.year - ((local.month, local.day) < (born.month, born.day))
    coded = row["status"] in CODED
    return {
        "first_name": row["registered_first_name"] or row["first_name"],
        "last_name": row["registered_last_name"] or row["last_name"],
        "gender": row["gender"],
        "age": age,
        "category": row["category"],
        "gender_place": None if coded else row["gender_place"],
        "category_place": None if coded else row["category_place"],
    }


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


def _unplaceable(
    row: Mapping[str, Any], race: RaceRow, event: EventRow, medium: Medium
) -> str | None:
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
    if medium.by_bib and not row["bib"]:
        return f"no bib, by which {event.provider.title} knows a result"
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


def _waiting(connection: Connection, event: EventRow, race: RaceRow) -> int:
    """Open inbox items about people of this race, or about its whole event.

    Orphans are a finding of their own; work of other accounts says nothing about results.
    """
    of_race = PARTICIPANTS.c.race_id == race.id
    of_event = INBOX.c.participant_id.is_(None) & (INBOX.c.event_id == event.id)
    query = (
        select(INBOX.c.detail)
        .outerjoin(PARTICIPANTS, PARTICIPANTS.c.id == INBOX.c.participant_id)
        .where(
            INBOX.c.decided_at.is_(None),
            INBOX.c.kind != Kind.ORPHAN.value,
            or_(of_race, of_event),
        )
    )
    details = connection.execute(query).scalars()
    return sum(detail.get("race_id") in (None, race.id) for detail in details)

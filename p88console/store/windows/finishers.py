"""Reads the Results room: standings in windows, what moved, the finish by minute and by pace."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, func, or_, select

from p88console.domain.errors import UsageFault
from p88console.domain.folding import folded
from p88console.domain.model import ParticipantStatus, ResultStatus
from p88console.store.mirror.participants import PARTICIPANTS, RACES
from p88console.store.results import publications, standings
from p88console.store.results.leading import leads
from p88console.store.results.revisions import RESULTS, REVISIONS, STANDING
from p88console.store.tenancy.events import EVENTS, LINKS
from p88console.store.tenancy.tenants import ACCOUNTS
from p88console.store.windows.result_rows import (
    PACE_STEP_S,
    Finish,
    Leader,
    LeadingGroup,
    RaceChoice,
    ResultFacet,
    ResultQuery,
    ResultRow,
    StandingStory,
    VersionRow,
)
from p88console.store.windows.roster_rows import RevisionRow

R = RESULTS.c
FINISHED = ResultStatus.FINISHED.value
MS_A_MINUTE = 60_000
FASTEST_KM_S, SLOWEST_KM_S = 120, 1_800
"""Paces outside of these are somebody's wrong time; they would flatten the picture."""


def races(connection: Connection, event_id: int) -> list[RaceChoice]:
    """The event's races by gun time, with how many results each has."""
    counted = select(func.count()).where(
        R.event_id == event_id, R.race_id == RACES.c.id, leads(event_id)
    )
    query = (
        select(RACES, counted.correlate(RACES).scalar_subquery().label("results"))
        .where(RACES.c.event_id == event_id)
        .order_by(RACES.c.starts_at, RACES.c.id)
    )
    return [
        RaceChoice(row["id"], row["name"], row["starts_at"], row["distance_m"], row["results"])
        for row in connection.execute(query).mappings()
    ]


def count(connection: Connection, query: ResultQuery) -> int:
    """How many standings match."""
    return int(connection.execute(_narrowed(select(func.count()), query)).scalar_one())


def page(connection: Connection, query: ResultQuery, offset: int, limit: int) -> list[ResultRow]:
    """Standings from `offset` on, race by race and by place, the unplaced last."""
    window = _narrowed(select(R.id), query).order_by(*_ORDER).offset(offset).limit(limit)
    ids = list(connection.execute(window).scalars())
    found = {row.id: row for row in _rows(connection, ids)}
    return [found[one] for one in ids]


def place(connection: Connection, query: ResultQuery, result_id: int) -> int | None:
    """Where a result stands in the list; None when it is not in it."""
    number = func.row_number().over(order_by=_ORDER) - 1
    numbered = _narrowed(select(R.id, number.label("place")), query).subquery()
    asked = select(numbered.c.place).where(numbered.c.id == result_id)
    found: int | None = connection.execute(asked).scalar()
    return found


def facet_counts(
    connection: Connection, event_id: int, since: datetime | None
) -> dict[ResultFacet, int]:
    """How many standings each facet holds, over all races."""
    return {
        facet: count(connection, ResultQuery(event_id, facet=facet, since=since))
        for facet in ResultFacet
    }


_ORDER = (
    R.race_id,
    R.place.is_(None),
    R.place,
    R.gun_time_ms.is_(None),
    R.gun_time_ms,
    R.id,
)


def _narrowed(query: Select[Any], wanted: ResultQuery) -> Select[Any]:
    query = query.select_from(RESULTS).where(R.event_id == wanted.event_id, leads(wanted.event_id))
    if wanted.race_id is not None:
        query = query.where(R.race_id == wanted.race_id)
    for word in wanted.text.split():
        begins = R.bib.startswith(word, autoescape=True)
        query = query.where(begins if word.isdecimal() else _called(word, wanted.event_id))
    condition = _FACETS.get(wanted.facet)
    return query if condition is None else query.where(condition(wanted))


def _called(word: str, event_id: int) -> ColumnElement[bool]:
    """Any word of the registered name; of nobody's results the name as scoring has it."""
    parts = folded(word).split()
    names = PARTICIPANTS.c.name_key
    registered = select(PARTICIPANTS.c.id).where(
        PARTICIPANTS.c.event_id == event_id,
        *(or_(names.startswith(part), names.contains(f" {part}")) for part in parts),
    )
    scored = or_(
        R.last_name.istartswith(word, autoescape=True),
        R.first_name.istartswith(word, autoescape=True),
    )
    bib = func.lower(R.bib).startswith(word.lower(), autoescape=True)
    orphan = and_(R.participant_id.is_(None), scored)
    return or_(R.participant_id.in_(registered), orphan, bib) if parts else bib


_FACETS: dict[ResultFacet, Callable[[ResultQuery], ColumnElement[bool]]] = {
    ResultFacet.MOVED: lambda wanted: and_(R.revision > 1, R.changed_at >= wanted.since),
    ResultFacet.NOBODYS: lambda _: and_(
        R.participant_id.is_(None), R.status != ResultStatus.NOT_STARTED.value
    ),
}


def _rows(connection: Connection, ids: Sequence[int]) -> list[ResultRow]:
    query = (
        select(
            *(R[name] for name in _COLUMNS),
            R.splits,
            RACES.c.name.label("race_name"),
            REVISIONS.c.standing,
        )
        .outerjoin(RACES, RACES.c.id == R.race_id)
        .outerjoin(
            REVISIONS,
            and_(REVISIONS.c.result_id == R.id, REVISIONS.c.revision == R.revision - 1),
        )
        .where(R.id.in_(ids))
    )
    return [
        ResultRow(
            **{name: row[name] for name in _COLUMNS},
            race_name=row["race_name"],
            split=_newest_split(row["splits"]),
            before=row["standing"],
        )
        for row in connection.execute(query).mappings()
    ]


_COLUMNS = (
    "id",
    "participant_id",
    "bib",
    "first_name",
    "last_name",
    "status",
    "place",
    "gender_place",
    "category",
    "category_place",
    "gun_time_ms",
    "chip_time_ms",
    "revision",
    "changed_at",
)


def _newest_split(splits: Sequence[Mapping[str, Any]]) -> tuple[str, int | None] | None:
    passed = [split for split in splits if split.get("gun_time_ms") is not None]
    if not passed:
        return None
    newest = max(passed, key=lambda split: split["gun_time_ms"])
    return str(newest.get("name", "")), newest["gun_time_ms"]


def finish(connection: Connection, event_id: int, race_id: int | None) -> Finish:
    """How the finish of an event or one of its races goes on."""
    mine = [
        R.event_id == event_id,
        leads(event_id),
        *([R.race_id == race_id] if race_id is not None else []),
    ]
    statuses = select(R.status, func.count()).where(*mine).group_by(R.status)
    crossed = (
        select(R.race_id, (R.gun_time_ms // MS_A_MINUTE).label("minute"), func.count())
        .where(*mine, R.status == FINISHED, R.gun_time_ms.is_not(None))
        .group_by(R.race_id, "minute")
    )
    known = {race.id: race for race in races(connection, event_id)}
    minutes: dict[int, int] = {}
    for race, minute, finishers in connection.execute(crossed):
        gun = known[race].gun_at if race in known else None
        at = minute if gun is None else int(gun.timestamp() // 60) + minute
        minutes[at] = minutes.get(at, 0) + finishers
    people = [PARTICIPANTS.c.event_id == event_id]
    people += [PARTICIPANTS.c.race_id == race_id] if race_id is not None else []
    registered = select(func.count()).where(
        *people, PARTICIPANTS.c.status == ParticipantStatus.ACTIVE.value
    )
    return Finish(
        statuses={row[0]: row[1] for row in connection.execute(statuses)},
        minutes=minutes,
        paces=_paces(connection, mine, known),
        registered=int(connection.execute(registered).scalar_one()),
    )


def _paces(
    connection: Connection, mine: Sequence[ColumnElement[bool]], known: Mapping[int, RaceChoice]
) -> dict[int, int]:
    """Finishers by whole steps of seconds for a kilometre, where the race's distance is known."""
    time = func.coalesce(R.chip_time_ms, R.gun_time_ms)
    found: dict[int, int] = {}
    for race in known.values():
        if not race.distance_m:
            continue
        step_ms = int(PACE_STEP_S * race.distance_m)
        paces = (
            select((time // step_ms).label("step"), func.count())
            .where(*mine, R.race_id == race.id, R.status == FINISHED, time.is_not(None))
            .group_by("step")
        )
        for step, finishers in connection.execute(paces):
            pace = step * PACE_STEP_S
            if FASTEST_KM_S <= pace <= SLOWEST_KM_S:
                found[pace] = found.get(pace, 0) + finishers
    return found


def leaders(
    connection: Connection, event_id: int, race_id: int | None, top: int
) -> list[LeadingGroup]:
    """The first `top` of each race: everybody, then by sex, then by category."""
    named = {race.id: race.name for race in races(connection, event_id)}
    groups = standings.sheet(connection, event_id, race_id, top=top)
    return [
        LeadingGroup(
            named.get(group.race_id or 0),
            group.gender,
            group.category,
            everybody=number == 0 or groups[number - 1].race_id != group.race_id,
            leaders=[_leader(row) for row in group.rows],
        )
        for number, group in enumerate(groups)
    ]


def _leader(row: Mapping[str, Any]) -> Leader:
    same = ("bib", "first_name", "last_name", "category", "gun_time_ms", "chip_time_ms")
    return Leader(home=row["team"] or row["city"], **{name: row[name] for name in same})


def result(connection: Connection, result_id: int) -> StandingStory:
    """One result whole. Raises `UsageFault` when there is none."""
    query = (
        select(
            RESULTS,
            RACES.c.name.label("race_name"),
            EVENTS.c.name.label("event_name"),
            ACCOUNTS.c.provider,
        )
        .join(EVENTS, EVENTS.c.id == R.event_id)
        .join(LINKS, LINKS.c.id == R.link_id)
        .join(ACCOUNTS, ACCOUNTS.c.id == LINKS.c.account_id)
        .outerjoin(RACES, RACES.c.id == R.race_id)
        .where(R.id == result_id)
    )
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise UsageFault(f"there is no result {result_id}")
    revisions = (
        select(REVISIONS.c.revision, REVISIONS.c.at, REVISIONS.c.standing)
        .where(REVISIONS.c.result_id == result_id)
        .order_by(REVISIONS.c.revision)
    )
    return StandingStory(
        id=result_id,
        provider=row["provider"],
        event_name=row["event_name"],
        race_name=row["race_name"],
        standing={name: row[name] for name in STANDING},
        revisions=tuple(RevisionRow(*one) for one in connection.execute(revisions)),
        suggestion=None if row["participant_id"] else _suggestion(connection, row),
    )


def _suggestion(connection: Connection, row: RowMapping) -> str | None:
    """Who a result that nobody answers to probably belongs to, and why."""
    found = [
        orphan.suggestion
        for orphan in standings.orphans(connection, row["event_id"], row["race_id"])
        if orphan.row["id"] == row["id"]
    ]
    return str(found[0]) if found and found[0] is not None else None


def versions(connection: Connection, event_id: int) -> list[VersionRow]:
    """Every publication of the event's races, the newest first."""
    names = select(RACES.c.id, RACES.c.name).where(RACES.c.event_id == event_id)
    named = {row.id: row.name for row in connection.execute(names)}
    found = publications.versions(connection, event_id)
    states = publications.row_states(connection, [version.id for version in found])
    return [
        VersionRow(
            id=version.id,
            race_name=named.get(version.race_id, ""),
            version=version.version,
            origin=version.origin,
            mode=version.mode.value,
            state=version.state.value,
            official=version.official,
            lines=sum(states[version.id].values()),
            rows=states[version.id],
            reason=version.reason,
            created_at=version.created_at,
            created_by=version.created_by,
        )
        for version in found
    ]

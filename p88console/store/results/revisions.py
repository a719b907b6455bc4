"""Results of the mirror: the latest standing of each runner, every revision behind it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, insert, select, update

from p88console.domain.errors import NotThere, UsageFault
from p88console.domain.fingerprint import fingerprint
from p88console.domain.jobs import Counts
from p88console.domain.model import ResultRecord, ResultStatus
from p88console.domain.removal import brake_limit
from p88console.store import core
from p88console.store.database.db import Tx, alongside
from p88console.store.database.upsert import chunked
from p88console.store.mirror.participants import PARTICIPANTS
from p88console.store.results.runners import Owner, Runners
from p88console.store.tenancy.events import LinkRow, links_to

RESULTS = core.RESULTS
REVISIONS = core.RESULT_REVISIONS

STANDING = (
    "race_id",
    "participant_id",
    "bib",
    "first_name",
    "last_name",
    "status",
    "gun_time_ms",
    "chip_time_ms",
    "place",
    "gender_place",
    "category",
    "category_place",
    "splits",
)
"""The columns whose change makes a new revision."""

WITHDRAWN: Mapping[str, Any] = {
    "status": ResultStatus.NOT_STARTED.value,
    "gun_time_ms": None,
    "chip_time_ms": None,
    "place": None,
    "gender_place": None,
    "category_place": None,
    "splits": [],
}
"""The standing of somebody whom the scoring system no longer lists."""


@alongside
def upsert_results(tx: Tx, link: LinkRow, records: Sequence[ResultRecord], now: datetime) -> Counts:
    """Mirror standings; each change of one is kept as a revision of its own.

    Each row goes to the event whose participant it is, over all events that are tied to the same
    scoring event; a row of nobody stays where it was first seen, so that it is told once.
    """
    runners = Runners(tx.connection, link)
    keyed = {row_key(record): record for record in records}
    known = _known(tx.connection, runners.links, list(keyed))
    created, changed = [], []
    for key, record in keyed.items():
        before = known.get(key)
        row = _row(key, record, _owner(record, runners, before))
        if before is None:
            created.append(row | {"revision": 1, "changed_at": now, "attached": False})
        elif before["content_hash"] != row["content_hash"] or before["link_id"] != row["link_id"]:
            revision = before["revision"] + 1
            changed.append({"its_id": before["id"], "revision": revision, "changed_at": now, **row})
    _write(tx, created, changed, now)
    moved = len(created) + len(changed)
    return Counts(
        received=len(records),
        created=len(created),
        updated=len(changed),
        unchanged=len(records) - moved,
    )


def _owner(record: ResultRecord, runners: Runners, before: RowMapping | None) -> Owner:
    """By the operator's word, else by id or bib; a row of nobody stays where it is."""
    links = {link.id: link for link in runners.links}
    link = links[before["link_id"]] if before is not None else runners.links[0]
    if before is not None and before["attached"]:
        return Owner(link, runners.race_of(link, record), before["participant_id"])
    found = runners.owner(record)
    return found or Owner(link, runners.race_of(link, record), None)


@dataclass(frozen=True, slots=True)
class Missing:
    """What a complete list lacked: standings taken back, and standings that were not believed."""

    withdrawn: int = 0
    doubted: int = 0


def withdraw_missing(
    tx: Tx, link: LinkRow, seen: Collection[tuple[str, str]], now: datetime, *, believe: bool
) -> Missing:
    """Take back the standing of whoever is no longer in a complete list of the far side.

    Args:
        tx: The transaction.
        link: A link to the scoring event.
        seen: (remote race id, row key) of every row of the list; a race without a row is left
            alone, because an empty list withdraws nobody.
        now: The instant of the list.
        believe: Also when so many are missing at once that a person should look first.
    """
    races, keys = {race for race, _ in seen}, {key for _, key in seen}
    links = links_to(tx.connection, link)
    query = select(RESULTS).where(RESULTS.c.link_id.in_([one.id for one in links]))
    rows = [
        row
        for row in tx.connection.execute(query).mappings()
        if any(row["row_key"].startswith(f"{race}:") for race in races)
    ]
    missing = [row for row in rows if row["row_key"] not in keys and _stands(row)]
    if not missing or (len(missing) > brake_limit(len(rows)) and not believe):
        return Missing(doubted=len(missing))
    changed = []
    for row in missing:
        blank = {name: row[name] for name in STANDING} | dict(WITHDRAWN)
        blank["content_hash"] = fingerprint([blank[name] for name in STANDING])
        revision = row["revision"] + 1
        changed.append({"its_id": row["id"], "revision": revision, "changed_at": now, **blank})
    _write(tx, [], changed, now)
    return Missing(withdrawn=len(missing))


def _stands(row: RowMapping) -> bool:
    return any(row[name] != blank for name, blank in WITHDRAWN.items())


def attach(tx: Tx, result_id: int, participant_id: int, now: datetime) -> dict[str, Any]:
    """Say whose result a row is, by the operator's word; later pulls keep to it.

    Returns the row as it is then. Raises `UsageFault` when one of the two does not exist, or they
    are of different events.
    """
    before = row(tx.connection, result_id)
    person = tx.connection.execute(
        select(PARTICIPANTS.c.event_id).where(PARTICIPANTS.c.id == participant_id)
    ).one_or_none()
    if person is None:
        raise NotThere(f"there is no participant {participant_id}")
    if person.event_id != before["event_id"]:
        raise UsageFault("that result and that participant are of different events")
    return _belongs(tx, before, participant_id, now, attached=True)


def detach(tx: Tx, result_id: int, now: datetime) -> dict[str, Any]:
    """Take the operator's word back: the next pull says whose result the row is."""
    return _belongs(tx, row(tx.connection, result_id), None, now, attached=False)


def row(connection: Connection, result_id: int) -> dict[str, Any]:
    """One result. Raises `UsageFault` when there is none."""
    query = select(RESULTS).where(RESULTS.c.id == result_id)
    found = connection.execute(query).mappings().one_or_none()
    if found is None:
        raise NotThere(f"there is no result {result_id}", hint="see: p88console results orphans")
    return dict(found)


def raw_rows(connection: Connection, link: LinkRow) -> list[dict[str, Any]]:
    """The provider's own rows of every result of the scoring event, as they were last written."""
    links = [one.id for one in links_to(connection, link)]
    query = select(RESULTS.c.raw).where(RESULTS.c.link_id.in_(links))
    return list(connection.execute(query).scalars())


def _belongs(
    tx: Tx,
    before: Mapping[str, Any],
    participant_id: int | None,
    now: datetime,
    *,
    attached: bool,
) -> dict[str, Any]:
    standing = {name: before[name] for name in STANDING} | {"participant_id": participant_id}
    content = fingerprint([standing[name] for name in STANDING])
    changed = {**standing, "attached": attached, "content_hash": content}
    changed |= {"its_id": before["id"], "revision": before["revision"] + 1, "changed_at": now}
    _write(tx, [], [changed], now)
    return {**before, **changed}


def _row(key: str, record: ResultRecord, owner: Owner) -> dict[str, Any]:
    row: dict[str, Any] = {
        "link_id": owner.link.id,
        "event_id": owner.link.event_id,
        "race_id": owner.race_id,
        "participant_id": owner.participant_id,
        "row_key": key,
        "bib": record.bib,
        "first_name": record.first_name,
        "last_name": record.last_name,
        "status": record.status,
        "gun_time_ms": record.gun_time_ms,
        "chip_time_ms": record.chip_time_ms,
        "place": record.place,
        "gender_place": record.gender_place,
        "category": record.category,
        "category_place": record.category_place,
        "splits": [asdict(split) for split in record.splits],
        "raw": dict(record.raw),
    }
    row["content_hash"] = fingerprint([row[name] for name in STANDING])
    return row


def row_key(record: ResultRecord) -> str:
    """What tells a runner from the others there: the race, and id, else bib, else name."""
    who = record.remote_id or (f"bib {record.bib}" if record.bib else None)
    return f"{record.remote_race_id}:{who or f'name {record.first_name} {record.last_name}'}"


def _known(
    connection: Connection, links: Sequence[LinkRow], row_keys: Sequence[str]
) -> dict[str, RowMapping]:
    names = ("id", "link_id", "row_key", "content_hash", "revision", "attached", "participant_id")
    link_ids = [link.id for link in links]
    found: dict[str, RowMapping] = {}
    for keys in chunked(row_keys):
        query = select(*(RESULTS.c[name] for name in names)).where(
            RESULTS.c.link_id.in_(link_ids), RESULTS.c.row_key.in_(keys)
        )
        found |= {row["row_key"]: row for row in connection.execute(query).mappings()}
    return found


def _write(
    tx: Tx, created: list[dict[str, Any]], changed: list[dict[str, Any]], now: datetime
) -> None:
    revisions = [_revision(row["its_id"], row, now) for row in changed]
    if created:
        ids = tx.connection.execute(
            insert(RESULTS).returning(RESULTS.c.id, sort_by_parameter_order=True), created
        ).scalars()
        revisions += [_revision(its_id, row, now) for its_id, row in zip(ids, created, strict=True)]
    if changed:
        values: dict[str, Any] = {name: bindparam(name) for name in changed[0] if name != "its_id"}
        statement = update(RESULTS).where(RESULTS.c.id == bindparam("its_id")).values(values)
        tx.connection.execute(statement, changed)
    if revisions:
        tx.connection.execute(insert(REVISIONS), revisions)
        tx.touch("results")


def _revision(result_id: int, row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    standing = {name: row[name] for name in STANDING}
    return {"result_id": result_id, "revision": row["revision"], "at": now, "standing": standing}

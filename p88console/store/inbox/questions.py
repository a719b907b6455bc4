"""What needs a person: opened by whatever finds it, closed by a decision or by itself."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from dataclasses import field as made
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, func, insert, select, update

from p88console.domain.errors import NotThere
from p88console.domain.inbox import Decision, Kind
from p88console.store import core
from p88console.store.database.db import Tx
from p88console.store.database.matching import matching
from p88console.store.database.upsert import CHUNK, chunked
from p88console.store.tenancy.events import EVENTS, LINKS
from p88console.store.tenancy.tenants import ACCOUNTS
from p88console.store.windows.inbox_rows import Item

INBOX = core.INBOX
PARTICIPANTS = core.PARTICIPANTS

STANDS = (Decision.KEEP.value, Decision.DROP.value, Decision.CONFIRM.value)
"""Decisions that answer the same question for good: it is not asked again."""

STAMP = "stamp"
"""The key in `detail` that tells the same question from another one about the same thing."""


@dataclass(frozen=True, slots=True)
class Question:
    """Something that needs a person; `key` names the thing, `detail["stamp"]` the question."""

    key: str
    kind: Kind
    reason: str
    event_id: int | None = None
    participant_id: int | None = None
    link_id: int | None = None
    job_id: int | None = None
    account_id: int | None = None
    field: str | None = None
    base: str | None = None
    ours: str | None = None
    theirs: str | None = None
    detail: Mapping[str, Any] = made(default_factory=dict)


_CONTENT = ("kind", "reason", "base", "ours", "theirs", "detail", "participant_id", "job_id")
"""What may change about an open item."""


def ask(tx: Tx, questions: Sequence[Question], now: datetime) -> int:
    """Open these items or bring open ones up to date; returns how many are open now.

    What somebody has answered for good is not asked again while the question is the same.
    """
    wanted = {question.key: question for question in questions}
    open_now = _open(tx.connection, list(wanted))
    known = answered(tx.connection, [key for key in wanted if key not in open_now])
    new = []
    for key, question in wanted.items():
        row = asdict(question) | {"kind": question.kind.value, "detail": dict(question.detail)}
        before = open_now.get(key)
        if before is None:
            if key in known and known[key] == question.detail.get(STAMP):
                continue
            new.append({**row, "opened_at": now, "changed_at": now})
        elif any(before[name] != row[name] for name in _CONTENT):
            changed = {name: row[name] for name in _CONTENT}
            tx.connection.execute(
                update(INBOX).where(INBOX.c.id == before["id"]).values(**changed, changed_at=now)
            )
            tx.touch("inbox")
    if new:
        tx.connection.execute(insert(INBOX), new)
        tx.touch("inbox")
    return len(open_now) + len(new)


def _open(connection: Connection, keys: Sequence[str]) -> dict[str, RowMapping]:
    found: dict[str, RowMapping] = {}
    for some in chunked(keys):
        query = select(INBOX).where(INBOX.c.key.in_(some), INBOX.c.decided_at.is_(None))
        found |= {row["key"]: row for row in connection.execute(query).mappings()}
    return found


def open_ids(connection: Connection, keys: Sequence[str]) -> list[int]:
    """The ids of the open items with these keys."""
    return [row["id"] for row in _open(connection, keys).values()]


def answered(connection: Connection, keys: Sequence[str]) -> dict[str, str | None]:
    """The stamps of questions that somebody answered for good, by key."""
    found: dict[str, str | None] = {}
    for some in chunked(keys):
        query = (
            select(INBOX.c.key, INBOX.c.detail, INBOX.c.decision, INBOX.c.decided_by)
            .where(INBOX.c.key.in_(some), INBOX.c.decided_at.is_not(None))
            .order_by(INBOX.c.id)
        )
        for row in connection.execute(query):
            found.pop(row.key, None)
            if row.decision in STANDS and row.decided_by is not None:
                found[row.key] = row.detail.get(STAMP)
    return found


def open_at(connection: Connection, link_id: int, people: Sequence[int]) -> set[int]:
    """Whom of these people anything open asks about at a linked event."""
    query = select(INBOX.c.participant_id).where(
        INBOX.c.link_id == link_id, INBOX.c.decided_at.is_(None)
    )
    if len(people) <= CHUNK:  # few of so many are open
        query = query.where(INBOX.c.participant_id.in_(people))
    return set(connection.execute(query).scalars()).intersection(people)


def settle(tx: Tx, keys: Iterable[str], how: str, now: datetime) -> int:
    """Close open items that have settled themselves; `how` says in a word what happened."""
    closed, keys = 0, list(keys)
    if len(keys) > CHUNK:  # few of so many are open
        is_open = select(INBOX.c.key).where(INBOX.c.decided_at.is_(None))
        keys = list(set(tx.connection.execute(is_open).scalars()).intersection(keys))
    for some in chunked(keys):
        done = tx.connection.execute(
            update(INBOX)
            .where(INBOX.c.key.in_(some), INBOX.c.decided_at.is_(None))
            .values(decided_at=now, decision=how)
        )
        closed += done.rowcount
    if closed:
        tx.touch("inbox")
    return closed


def settle_about(
    tx: Tx, participant_ids: Sequence[int], kinds: Sequence[Kind], how: str, now: datetime
) -> None:
    """Close whatever of these kinds is open about these people."""
    for ids in chunked(participant_ids):
        done = tx.connection.execute(
            update(INBOX)
            .where(
                INBOX.c.participant_id.in_(ids),
                INBOX.c.kind.in_([kind.value for kind in kinds]),
                INBOX.c.decided_at.is_(None),
            )
            .values(decided_at=now, decision=how)
        )
        if done.rowcount:
            tx.touch("inbox")


def forget(tx: Tx, event_id: int, kind: Kind, about: Container[str]) -> None:
    """Let decisions for good about these keys hold no longer: the world has moved on."""
    query = select(INBOX.c.id, INBOX.c.key, INBOX.c.detail).where(
        INBOX.c.event_id == event_id,
        INBOX.c.kind == kind.value,
        INBOX.c.decided_by.is_not(None),
        INBOX.c.decision == Decision.KEEP.value,
    )
    for row in tx.connection.execute(query).all():
        if row.key in about and row.detail.get(STAMP) is not None:
            detail = {**row.detail, STAMP: None}
            tx.connection.execute(update(INBOX).where(INBOX.c.id == row.id).values(detail=detail))


@dataclass(frozen=True, slots=True)
class Answer:
    """A person's decision about an item."""

    decision: Decision
    who: str
    door: str
    action_id: int
    value: str | None = None


def decide(tx: Tx, item_ids: Sequence[int], answer: Answer, now: datetime) -> None:
    """Write a person's decision down; what it does is done beside it, in the same transaction."""
    for ids in chunked(item_ids):
        tx.connection.execute(
            update(INBOX)
            .where(INBOX.c.id.in_(ids))
            .values(
                decided_at=now,
                decision=answer.decision.value,
                value=answer.value,
                decided_by=answer.who,
                door=answer.door,
                action_id=answer.action_id,
            )
        )
    tx.touch("inbox")


def reopen(tx: Tx, action_id: int, now: datetime) -> None:
    """Open again what an action decided, unless the same is asked anew already."""
    twin = INBOX.alias("twin")
    again = select(twin.c.id).where(twin.c.key == INBOX.c.key, twin.c.decided_at.is_(None)).exists()
    tx.connection.execute(
        update(INBOX)
        .where(INBOX.c.action_id == action_id, ~again)
        .values(
            decided_at=None,
            decision=None,
            value=None,
            decided_by=None,
            door=None,
            action_id=None,
            changed_at=now,
        )
    )
    tx.touch("inbox")


def items(
    connection: Connection,
    *,
    event_id: int | None = None,
    kind: Kind | None = None,
    participant_id: int | None = None,
    text: str = "",
    decided: bool = False,
    limit: int | None = None,
    offset: int = 0,
) -> list[Item]:
    """Open items, oldest first; with `decided` the decided ones, newest first."""
    query = _matching(select(*_COLUMNS), text).where(
        *_narrowed(event_id, kind, participant_id), _is_open(decided=decided)
    )
    order = (INBOX.c.decided_at.desc(), INBOX.c.id.desc()) if decided else (INBOX.c.id,)
    found = connection.execute(query.order_by(*order).limit(limit).offset(offset))
    return [_item(row) for row in found.mappings()]


def count(
    connection: Connection,
    *,
    event_id: int | None = None,
    kind: Kind | None = None,
    link_id: int | None = None,
    text: str = "",
    decided: bool = False,
) -> int:
    """How many items `items` would list, or wait about one link."""
    query = _matching(select(func.count()), text).where(
        *_narrowed(event_id, kind, None), _is_open(decided=decided)
    )
    if link_id is not None:
        query = query.where(INBOX.c.link_id == link_id)
    return int(connection.execute(query).scalar_one())


def counts(connection: Connection, event_id: int | None = None) -> dict[Kind, int]:
    """How many open items there are of each kind."""
    query = select(INBOX.c.kind, func.count()).where(INBOX.c.decided_at.is_(None))
    if event_id is not None:
        query = query.where(INBOX.c.event_id == event_id)
    return {Kind(row[0]): row[1] for row in connection.execute(query.group_by(INBOX.c.kind))}


def item(connection: Connection, item_id: int) -> Item:
    """One item, open or decided. Raises `UsageFault` when there is none."""
    query = _matching(select(*_COLUMNS), "").where(INBOX.c.id == item_id)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotThere(f"there is no inbox item {item_id}", hint="see: p88console inbox list")
    return _item(row)


_COLUMNS = (
    *INBOX.c,
    EVENTS.c.name.label("event_name"),
    PARTICIPANTS.c.first_name,
    PARTICIPANTS.c.last_name,
    PARTICIPANTS.c.bib,
    ACCOUNTS.c.provider,
)


def _matching(query: Any, text: str) -> Any:
    joined = (
        query.select_from(INBOX)
        .outerjoin(EVENTS, EVENTS.c.id == INBOX.c.event_id)
        .outerjoin(PARTICIPANTS, PARTICIPANTS.c.id == INBOX.c.participant_id)
        .outerjoin(LINKS, LINKS.c.id == INBOX.c.link_id)
        .outerjoin(ACCOUNTS, ACCOUNTS.c.id == func.coalesce(LINKS.c.account_id, INBOX.c.account_id))
    )
    words: list[Any] = [INBOX.c[name] for name in ("kind", "field", "reason", "ours", "theirs")]
    words += [PARTICIPANTS.c.first_name, PARTICIPANTS.c.last_name, PARTICIPANTS.c.bib]
    words += [EVENTS.c.name, ACCOUNTS.c.provider]
    return matching(joined, words, text)


def _narrowed(
    event_id: int | None, kind: Kind | None, participant_id: int | None
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if event_id is not None:
        found.append(INBOX.c.event_id == event_id)
    if kind is not None:
        found.append(INBOX.c.kind == kind.value)
    if participant_id is not None:
        found.append(INBOX.c.participant_id == participant_id)
    return found


def _is_open(*, decided: bool) -> ColumnElement[bool]:
    return INBOX.c.decided_at.is_not(None) if decided else INBOX.c.decided_at.is_(None)


def _item(row: RowMapping) -> Item:
    names = [row["first_name"], row["last_name"]]
    values = {name: row[name] for name in Item.__slots__ if name not in ("name", "kind")}
    return Item(name=" ".join(name for name in names if name), kind=Kind(row["kind"]), **values)

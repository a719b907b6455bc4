"""What the engine noticed: opened once, closed when it is over, told to whoever is away."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, Row, Select, and_, func, insert, or_, select, update

from p88console.domain.notices import Notice, Noticed, NoticeKind
from p88console.store import core
from p88console.store.database.db import Tx

NOTICES = core.ENGINE_NOTICES


def begin(tx: Tx, found: Noticed, now: datetime) -> None:
    """Something stands from now on; what stands already keeps its beginning."""
    stands = (NOTICES.c.key == found.key, NOTICES.c.ended_at.is_(None))
    before = tx.connection.execute(select(NOTICES.c.title, NOTICES.c.detail).where(*stands)).first()
    if before is None:
        values = asdict(found) | {"kind": found.kind.value, "began_at": now}
        tx.connection.execute(insert(NOTICES).values(**values))
    elif tuple(before) != (found.title, found.detail):
        told = {"title": found.title, "detail": found.detail}
        tx.connection.execute(update(NOTICES).where(*stands).values(**told))
    else:
        return
    tx.touch("notices")


def end(tx: Tx, keys: Collection[str], now: datetime, title: str | None = None) -> None:
    """These are over; `title` says from now on what they were."""
    if not keys:
        return
    changes = {"ended_at": now} | ({"title": title} if title is not None else {})
    stands = (NOTICES.c.key.in_(keys), NOTICES.c.ended_at.is_(None))
    if tx.connection.execute(update(NOTICES).where(*stands).values(**changes)).rowcount:
        tx.touch("notices")


def happened(tx: Tx, found: Noticed, now: datetime) -> None:
    """Something came and went in one moment."""
    begin(tx, found, now)
    end(tx, [found.key], now)


def mind(tx: Tx, found: Sequence[Noticed], kinds: Collection[NoticeKind], now: datetime) -> None:
    """Everything of these kinds that stands now: begin what is new, end what is no more."""
    for one in found:
        begin(tx, one, now)
    words = [kind.value for kind in kinds]
    query = select(NOTICES.c.key).where(NOTICES.c.ended_at.is_(None), NOTICES.c.kind.in_(words))
    before = set(tx.connection.execute(query).scalars())
    end(tx, before - {one.key for one in found}, now)


def settle(tx: Tx, key: str, found: Noticed | None, now: datetime) -> None:
    """One thing stands from now on as `found` says; None: it is over."""
    if found is None:
        end(tx, [key], now)
    else:
        begin(tx, found, now)


def stands(connection: Connection, key: str) -> bool:
    """Whether this stands at this moment."""
    query = select(NOTICES.c.id).where(NOTICES.c.ended_at.is_(None), NOTICES.c.key == key)
    return connection.execute(query.limit(1)).first() is not None


def standing(connection: Connection) -> list[Notice]:
    """What stands at this moment, the newest first."""
    return _read(connection, select(NOTICES).where(NOTICES.c.ended_at.is_(None)))


def newest(connection: Connection, limit: int) -> list[Notice]:
    """The newest notices, those that are over included."""
    return _read(connection, select(NOTICES).limit(limit))


def untold(connection: Connection, kinds: Collection[NoticeKind]) -> list[Notice]:
    """What nobody was told of: what stands, and the end of what was told."""
    words = [kind.value for kind in kinds]
    begun = and_(NOTICES.c.told_at.is_(None), NOTICES.c.ended_at.is_(None))
    over = and_(
        NOTICES.c.told_at.is_not(None),
        NOTICES.c.ended_at.is_not(None),
        NOTICES.c.over_told_at.is_(None),
    )
    return _read(connection, select(NOTICES).where(NOTICES.c.kind.in_(words), or_(begun, over)))


def last_told(connection: Connection) -> datetime | None:
    """When an alert last went out."""
    query = select(func.max(NOTICES.c.told_at), func.max(NOTICES.c.over_told_at))
    found = [moment for moment in connection.execute(query).one() if moment is not None]
    return max(found, default=None)


def take_untold(tx: Tx, kinds: Collection[NoticeKind], now: datetime) -> list[Notice]:
    """What nobody was told of yet, for whoever tells it now: nobody else gets it."""
    found = untold(tx.connection, kinds)
    _mark(tx, found, now)
    return found


def put_back(tx: Tx, notices: Iterable[Notice]) -> None:
    """An alert about these did not arrive anywhere."""
    _mark(tx, notices, None)


def _mark(tx: Tx, notices: Iterable[Notice], at: datetime | None) -> None:
    for notice in notices:
        column = "told_at" if notice.ended_at is None else "over_told_at"
        of = update(NOTICES).where(NOTICES.c.id == notice.id)
        tx.connection.execute(of.values({column: at}))


def _read(connection: Connection, query: Select[tuple[object, ...]]) -> list[Notice]:
    return [_notice(row) for row in connection.execute(query.order_by(NOTICES.c.id.desc()))]


def _notice(row: Row[tuple[object, ...]]) -> Notice:
    found = dict(row._mapping)  # noqa: SLF001  # SQLAlchemy's public name for it
    kept = {name: found[name] for name in Notice.__slots__}
    return Notice(**kept | {"kind": NoticeKind(found["kind"])})

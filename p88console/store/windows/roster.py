"""Reads the Roster: a window of people out of any number, in any order, and how many there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, and_, case, func, or_, select

from p88console.domain.inbox import ABOUT_PEOPLE
from p88console.domain.model import ParticipantStatus
from p88console.store.inbox.questions import INBOX
from p88console.store.mirror import name_words
from p88console.store.mirror.name_words import WORDS
from p88console.store.mirror.participants import PARTICIPANTS, RACES
from p88console.store.people import lists as people
from p88console.store.tenancy.events import EVENTS, LINKS
from p88console.store.tenancy.tenants import ACCOUNTS
from p88console.store.windows.roster_rows import (
    EventChoice,
    RosterFacet,
    RosterOrder,
    RosterQuery,
    RosterRow,
)
from p88console.store.work.ledger import lacks_at_scoring, waits_for_person

P = PARTICIPANTS.c
ACTIVE = ParticipantStatus.ACTIVE.value


ALIKE = 4
"""How many words that begin alike people have at most, taken over all whom a search finds."""


def count(connection: Connection, query: RosterQuery, at_most: int | None = None) -> int:
    """How many people match; where they are more than `at_most`, one more than that."""
    return int(connection.execute(count_query(query, at_most)).scalar_one())


def count_query(query: RosterQuery, at_most: int | None = None) -> Select[Any]:
    """The statement behind `count`; it reads no more rows than it has to count."""
    if query.facet is RosterFacet.EVERYBODY and not query.text.split():
        everybody = select(func.coalesce(func.sum(EVENTS.c.people), 0))
        its_id = query.event_id
        return everybody if its_id is None else everybody.where(EVENTS.c.id == its_id)
    found = _listing(query, once=False)
    by_word = found.source is not PARTICIPANTS
    if at_most is None:
        people = func.count(found.its_id.distinct()) if by_word else func.count()
        return found.narrowed(select(people))
    listed = found.narrowed(select(found.its_id.label("its_id")))
    if by_word:
        words = listed.limit((at_most + 1) * ALIKE).subquery()
        listed = select(words.c.its_id).distinct()
    return select(func.count()).select_from(listed.limit(at_most + 1).subquery())


def page(connection: Connection, query: RosterQuery, offset: int, limit: int) -> list[RosterRow]:
    """People from `offset` on; only these are looked up beyond the index that sorts them."""
    window = page_query(connection, query).offset(offset).limit(limit)
    ids = list(connection.execute(window).scalars())
    rows = {row.id: row for row in _rows(connection, ids)}
    return [rows[one] for one in ids]


def page_query(connection: Connection, query: RosterQuery) -> Select[Any]:
    """The statement behind `page`: everybody's id in the order asked for."""
    found = _ordered(connection, query)
    return found.narrowed(select(found.its_id)).order_by(*found.order)


def place(connection: Connection, query: RosterQuery, participant_id: int) -> int | None:
    """Where a person stands in the list; None when they are not in it."""
    found = _ordered(connection, query)
    number = func.row_number().over(order_by=found.order) - 1
    columns = select(found.its_id.label("its_id"), number.label("place"))
    numbered = found.narrowed(columns).subquery()
    asked = select(numbered.c.place).where(numbered.c.its_id == participant_id)
    stands: int | None = connection.execute(asked).scalar()
    return stands


def facet_counts(
    connection: Connection, event_id: int | None, since: datetime | None
) -> dict[RosterFacet, int]:
    """How many people each facet holds."""
    active = _is_active()
    sums = (func.count(), _sum(and_(active, P.bib.is_(None))), _sum(~active))
    query = _of_event(select(*sums), event_id)
    everybody, no_bib, removed = connection.execute(query).one()
    counts = {
        RosterFacet.EVERYBODY: int(everybody),
        RosterFacet.NO_BIB: int(no_bib or 0),
        RosterFacet.REMOVED: int(removed or 0),
    }
    for facet in (
        RosterFacet.DUPLICATE,
        RosterFacet.UNSENT,
        RosterFacet.NEEDS_YOU,
        RosterFacet.CHANGED,
    ):
        counts[facet] = count(connection, RosterQuery(event_id, facet=facet, since=since))
    return counts


def events(connection: Connection) -> list[EventChoice]:
    """Every event in use that people register for, by its start."""
    query = (
        select(EVENTS, ACCOUNTS.c.provider)
        .join(ACCOUNTS, ACCOUNTS.c.id == EVENTS.c.account_id)
        .where(ACCOUNTS.c.removed_at.is_(None))
        .order_by(EVENTS.c.starts_at, EVENTS.c.id)
    )
    return [
        EventChoice(
            row["id"],
            row["name"],
            row["timezone"],
            row["provider"],
            row["starts_at"],
            row["people"],
        )
        for row in connection.execute(query).mappings()
    ]


def _sum(condition: ColumnElement[bool]) -> Any:
    return func.sum(case((condition, 1), else_=0))


def _of_event(query: Select[Any], event_id: int | None) -> Select[Any]:
    query = query.select_from(PARTICIPANTS)
    return query if event_id is None else query.where(P.event_id == event_id)


@dataclass(frozen=True, slots=True)
class _Listing:
    """Where people are listed from: narrowed how, in which order."""

    source: FromClause
    its_id: ColumnElement[int]
    where: tuple[ColumnElement[bool], ...]
    order: tuple[Any, ...]

    def narrowed(self, query: Select[Any]) -> Select[Any]:
        """The query over these people alone."""
        return query.select_from(self.source).where(*self.where)


def _ordered(connection: Connection, wanted: RosterQuery) -> _Listing:
    """People as indexes have them where they are of one event, which may be the only one."""
    if wanted.event_id is None:
        peopled = select(EVENTS.c.id).where(EVENTS.c.people > 0).limit(2)
        ids = connection.execute(peopled).scalars().all()
        wanted = replace(wanted, event_id=ids[0]) if len(ids) == 1 else wanted
    return _listing(wanted, _lengths(connection, wanted))


def _lengths(connection: Connection, wanted: RosterQuery) -> list[int]:
    """The lengths of the event's bibs that may begin as searched, each looked up in the index.

    Among bibs of one length those that begin alike stand together in their order, so a page of
    them is read without the others.
    """
    digits = [len(word) for word in wanted.text.split() if word.isdecimal()]
    if wanted.event_id is None or not digits:
        return []
    length = func.length(P.bib)
    worn = and_(P.event_id == wanted.event_id, P.bib.is_not(None))
    shortest = select(func.min(length)).where(worn)
    found = select(shortest.where(length >= max(digits)).scalar_subquery().label("length"))
    each = found.cte("lengths", recursive=True)
    longer = shortest.where(length > each.c.length).scalar_subquery()
    each = each.union_all(select(longer).where(each.c.length.is_not(None)))
    return list(
        connection.execute(select(each.c.length).where(each.c.length.is_not(None))).scalars()
    )


def _listing(wanted: RosterQuery, lengths: Sequence[int] = (), *, once: bool = True) -> _Listing:
    """People by the index of their words where a word is searched, else by their own indexes.

    `lengths` are those of the bibs that may match, where they matter for the order. Without
    `once`, whoever has several words that begin so is there with each of them.
    """
    words = wanted.text.split()
    facet = _FACETS.get(wanted.facet)
    plain = {word: name_words.plain(word) for word in words if not word.isdecimal()}
    leading = max((word for word in plain if plain[word]), key=len, default=None)
    if leading is None or len(plain) < len(words) or wanted.order is not RosterOrder.NAME:
        where = [_matches(P.id, word, wanted) for word in words]
        where += [func.length(P.bib).in_(lengths)] if lengths else []
        where += [facet(wanted)] if facet else []
        where += [] if wanted.event_id is None else [P.event_id == wanted.event_id]
        return _Listing(PARTICIPANTS, P.id, tuple(where), _order(wanted))
    its_id, prefix = WORDS.c.participant_id, plain[leading] or ""
    where = [_of(WORDS.c.event_id, wanted), name_words.begins(WORDS.c.word, prefix)]
    where += [name_words.is_first(prefix)] if once else []
    where += [_matches(its_id, word, wanted) for word in words if word != leading]
    where += [facet(wanted)] if facet else []
    source = WORDS if facet is None else WORDS.join(PARTICIPANTS, P.id == its_id)
    order = (WORDS.c.event_id, WORDS.c.word, WORDS.c.name_key, its_id)
    return _Listing(source, its_id, tuple(where), order)


def _of(event_id: ColumnElement[int], wanted: RosterQuery) -> ColumnElement[bool]:
    """Of the event, or of any, one after the other, so that each is looked up in the index."""
    if wanted.event_id is not None:
        return event_id == wanted.event_id
    return event_id.in_(select(EVENTS.c.id))


def _matches(person_id: ColumnElement[int], word: str, wanted: RosterQuery) -> ColumnElement[bool]:
    """Digits are the beginning of a bib, letters of any word of the name or of such a bib."""
    if not word.isdecimal():
        return name_words.is_called(person_id, word)
    begins = and_(P.bib >= word, P.bib < word[:-1] + chr(ord(word[-1]) + 1))
    return begins if wanted.event_id is not None else and_(_of(P.event_id, wanted), begins)


def _is_active() -> ColumnElement[bool]:
    return P.status == ACTIVE


_FACETS: dict[RosterFacet, Callable[[RosterQuery], ColumnElement[bool]]] = {
    RosterFacet.NO_BIB: lambda _: and_(_is_active(), P.bib.is_(None)),
    RosterFacet.DUPLICATE: lambda wanted: _shares_a_bib(wanted.event_id),
    RosterFacet.UNSENT: lambda _: lacks_at_scoring(),
    RosterFacet.NEEDS_YOU: lambda _: _needs_you(),
    RosterFacet.REMOVED: lambda _: ~_is_active(),
    RosterFacet.CHANGED: lambda wanted: P.changed_at >= wanted.since,
}


def _needs_you() -> ColumnElement[bool]:
    """Whoever is asked about in the inbox, waits in quarantine, or is held at some linked event."""
    asked = select(INBOX.c.id).where(
        INBOX.c.participant_id == P.id,
        INBOX.c.decided_at.is_(None),
        INBOX.c.kind.in_([kind.value for kind in ABOUT_PEOPLE]),
    )
    in_inbox = asked.correlate(PARTICIPANTS).exists()
    return or_(in_inbox, P.quarantined_since.is_not(None), waits_for_person())


def _shares_a_bib(event_id: int | None) -> ColumnElement[bool]:
    twin = PARTICIPANTS.alias("twin")
    shared = (
        select(twin.c.event_id, twin.c.race_id, twin.c.bib)
        .where(twin.c.status == ACTIVE, twin.c.bib.is_not(None))
        .group_by(twin.c.event_id, twin.c.race_id, twin.c.bib)
        .having(func.count() > 1)
    )
    if event_id is not None:
        shared = shared.where(twin.c.event_id == event_id)
    found = shared.subquery()
    same = select(found.c.bib).where(
        found.c.event_id == P.event_id, found.c.race_id == P.race_id, found.c.bib == P.bib
    )
    return and_(_is_active(), same.exists())


def _order(wanted: RosterQuery) -> tuple[Any, ...]:
    digits, by_bib = func.length(P.bib), (P.bib, P.event_id, P.id)
    if any(word.isdecimal() for word in wanted.text.split()):
        return (digits, *by_bib)  # who is found has a bib
    by_name = (P.event_id, P.name_key, P.bib, P.id)
    match wanted.order:
        case RosterOrder.BIB:
            return (digits.nulls_last(), *by_bib)
        case RosterOrder.RACE:
            return (P.event_id, P.race_id, *by_name[1:])
        case RosterOrder.CHANGED:
            return (P.changed_at.desc(), P.id.desc())
    return by_name


def _rows(connection: Connection, ids: Sequence[int]) -> list[RosterRow]:
    columns = [P[name] for name in _COLUMNS]
    query = (
        select(
            *columns,
            P.quarantined_since,
            EVENTS.c.name.label("event_name"),
            RACES.c.name.label("race_name"),
            ACCOUNTS.c.provider,
        )
        .join(EVENTS, EVENTS.c.id == P.event_id)
        .join(ACCOUNTS, ACCOUNTS.c.id == EVENTS.c.account_id)
        .outerjoin(RACES, RACES.c.id == P.race_id)
        .where(P.id.in_(ids))
    )
    systems = people.systems(connection, ids)
    in_use = select(LINKS.c.event_id).join(ACCOUNTS, ACCOUNTS.c.id == LINKS.c.account_id)
    linked = set(connection.execute(in_use.where(ACCOUNTS.c.removed_at.is_(None))).scalars())
    return [
        RosterRow(
            **{name: row[name] for name in _COLUMNS},
            event_name=row["event_name"],
            race_name=row["race_name"],
            provider=row["provider"],
            scoring=_scoring(systems.get(row["id"], []), linked=row["event_id"] in linked),
            quarantined=row["quarantined_since"] is not None,
        )
        for row in connection.execute(query).mappings()
    ]


_COLUMNS = (
    "id",
    "event_id",
    "bib",
    "chip",
    "first_name",
    "last_name",
    "gender",
    "birth_date",
    "city",
    "region",
    "team",
    "status",
    "changed_at",
)


def _scoring(systems: Sequence[people.FarSide], *, linked: bool) -> str | None:
    if not linked:
        return None
    return people.most_telling(system.state for system in systems).value

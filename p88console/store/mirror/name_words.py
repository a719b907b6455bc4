"""The words by which people are found: those of their names, and bibs that have letters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, delete, or_, select

from p88console.domain.folding import folded
from p88console.store import core
from p88console.store.database.bulk import insert_lines
from p88console.store.database.upsert import chunked

WORDS = core.NAME_WORDS
PARTICIPANTS = core.PARTICIPANTS

COLUMNS = ("participant_id", "word", "event_id", "name_key")

FOUND_BY = ("first_name", "last_name", "bib")
"""The fields whose words these are."""

LAST = "\U0010ffff"
"""Follows whatever a word can go on with."""


def refresh(connection: Connection, participant_ids: Sequence[int]) -> None:
    """Write anew by which words these people are found."""
    for ids in chunked(participant_ids):
        connection.execute(delete(WORDS).where(WORDS.c.participant_id.in_(ids)))
        people = PARTICIPANTS.c
        query = select(people.id, people.event_id, people.name_key, people.bib)
        add(connection, connection.execute(query.where(people.id.in_(ids))).mappings().all())


def add(connection: Connection, people: Iterable[Mapping[str, Any] | RowMapping]) -> None:
    """Write by which words these people are found, of whom nothing is written yet."""
    insert_lines(connection, WORDS, COLUMNS, [line for one in people for line in _lines(one)])


def _lines(person: Mapping[str, Any] | RowMapping) -> list[tuple[int, str, int, str]]:
    its_id, event_id, name_key = person["id"], person["event_id"], person["name_key"]
    words, bib = {*name_key.split()}, person["bib"]
    if bib and not bib.isdecimal():
        words.add(bib.lower())
    return [(its_id, word, event_id, name_key) for word in sorted(words)]


def begins(word: ColumnElement[Any], prefix: str) -> ColumnElement[bool]:
    """Whether a word begins so, looked up in the index."""
    return and_(word >= prefix, word < prefix + LAST)


def plain(typed: str) -> str | None:
    """What was typed, where it is the beginning of one word and of nothing else."""
    bare = folded(typed)
    return bare if bare and bare == typed.lower() and " " not in bare else None


def is_called(person_id: ColumnElement[Any], typed: str) -> ColumnElement[bool]:
    """Whether what was typed begins words of a person's name, or their bib."""
    parts = folded(typed).split()
    by_bib = _has(person_id, typed.lower())
    return or_(and_(*(_has(person_id, part) for part in parts)), by_bib) if parts else by_bib


def _has(person_id: ColumnElement[Any], prefix: str) -> ColumnElement[bool]:
    one = WORDS.alias()
    return (
        select(one.c.word)
        .where(one.c.participant_id == person_id, begins(one.c.word, prefix))
        .exists()
    )


def is_first(prefix: str) -> ColumnElement[bool]:
    """Whether no earlier word of the same person begins so too."""
    other = WORDS.alias()
    return ~(
        select(other.c.word)
        .where(
            other.c.participant_id == WORDS.c.participant_id,
            begins(other.c.word, prefix),
            other.c.word < WORDS.c.word,
        )
        .exists()
    )

"""Transfers: an old registration and the new one are one person, who takes along what is theirs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select

from p88console.domain.fields import FIELDS, as_text
from p88console.domain.inbox import Kind
from p88console.domain.merge import Version, heard
from p88console.domain.model import ParticipantStatus, Provider
from p88console.store.database.db import Tx
from p88console.store.inbox import questions as inbox
from p88console.store.inbox.questions import STAMP, Question
from p88console.store.mirror import versions
from p88console.store.mirror.participants import CHANGES, PARTICIPANTS
from p88console.store.mirror.rules import Rules
from p88console.store.people.edits import Act, Edit, Hand, name_of, write

MARK = "transfer"
"""The trail's word, on the new registration, for where somebody came from."""

STAYS = ("race_id", "bib", "chip")
"""What belongs to the registration rather than to the person."""


def follow(tx: Tx, hand: Hand, event_id: int) -> list[int]:
    """Link every transfer whose new registration is here by now; returns the people who moved.

    What an operator corrected about the person goes along; the bib is asked about where the new
    registration has none.
    """
    moved = []
    for old, new in _pairs(tx.connection, event_id):
        _carry(tx, hand, event_id, old, new)
        reason = f"transferred from registration {old['provider_id']}"
        mark = {
            "participant_id": new["id"],
            "at": hand.now,
            "who": hand.who,
            "door": hand.door,
            "field": MARK,
            "before": old["provider_id"],
            "after": new["provider_id"],
            "reason": reason,
        }
        tx.connection.execute(insert(CHANGES), [mark])
        if old["bib"] and not new["bib"]:
            _ask_about_bib(tx, hand, event_id, old, new)
        moved.append(new["id"])
    return moved


def _pairs(connection: Connection, event_id: int) -> Sequence[tuple[RowMapping, RowMapping]]:
    """Old and new registration of each transfer that has not been followed yet."""
    old, new = PARTICIPANTS.alias("old"), PARTICIPANTS.alias("new")
    followed = (
        select(CHANGES.c.id)
        .where(
            CHANGES.c.participant_id == new.c.id,
            CHANGES.c.field == MARK,
            CHANGES.c.before == old.c.provider_id,
        )
        .exists()
    )
    query = (
        select(old.c.id.label("old_id"), new.c.id.label("new_id"))
        .join(new, (new.c.event_id == old.c.event_id) & (new.c.provider_id == old.c.moved_to))
        .where(
            old.c.event_id == event_id,
            old.c.status == ParticipantStatus.TRANSFERRED.value,
            old.c.moved_to.is_not(None),
            ~followed,
        )
    )
    ids = [(row.old_id, row.new_id) for row in connection.execute(query)]
    if not ids:
        return []
    people = select(PARTICIPANTS).where(
        PARTICIPANTS.c.id.in_([its for pair in ids for its in pair])
    )
    rows = {row["id"]: row for row in connection.execute(people).mappings()}
    return [(rows[old_id], rows[new_id]) for old_id, new_id in ids]


def _carry(tx: Tx, hand: Hand, event_id: int, old: RowMapping, new: RowMapping) -> None:
    """Merge what was corrected on the old registration into the new one, as if it had stayed."""
    known = versions.of(tx.connection, [old["id"], new["id"]])
    edits = []
    for name, version in known.get(old["id"], {}).items():
        ours, theirs = as_text(old[name]), as_text(new[name])
        if name in STAYS or name not in FIELDS or not version.set_here or ours == theirs:
            continue
        step = heard(ours, Version(version.base, version.theirs, True), theirs)
        edits.append(Edit(new["id"], name, step))
    if edits:
        act = Act(
            event_id, MARK, f"{name_of(new)} was transferred", "corrected before the transfer"
        )
        write(tx, hand, act, edits, {new["id"]: new}, None)


def _ask_about_bib(tx: Tx, hand: Hand, event_id: int, old: RowMapping, new: RowMapping) -> None:
    rules = Rules(tx.connection, event_id, hand.policy)
    was, now = (rules.shown("race_id", as_text(row["race_id"])) for row in (old, new))
    title = Provider(rules.provider).title
    question = Question(
        key=bib_key(new["id"]),
        kind=Kind.CONFLICT,
        reason=f"{title} moved them from {was} to {now}, where they have no bib: take "
        f"{old['bib']} along?",
        event_id=event_id,
        participant_id=new["id"],
        field="bib",
        ours=old["bib"],
        detail={STAMP: old["provider_id"], "moved_from": old["id"]},
    )
    inbox.ask(tx, [question], hand.now)


def bib_key(participant_id: int) -> str:
    """The inbox key of the question whether a bib moves along."""
    return f"moves:{participant_id}"


def settle_given(tx: Tx, event_id: int, now: datetime) -> None:
    """Whoever has got a bib by now is not asked about the old one any more."""
    item: Any = inbox.INBOX.c
    query = (
        select(item.key)
        .join(PARTICIPANTS, PARTICIPANTS.c.id == item.participant_id)
        .where(
            item.event_id == event_id,
            item.key.startswith("moves:"),
            item.decided_at.is_(None),
            PARTICIPANTS.c.bib.is_not(None),
        )
    )
    inbox.settle(tx, list(tx.connection.execute(query).scalars()), "has a bib", now)

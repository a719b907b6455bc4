"""Bibs that a registration provider took from one person and gave to another."""

from __future__ import annotations

from collections.abc import Sequence

from p88console.domain.merge import Step, blank
from p88console.store.database.db import Tx
from p88console.store.mirror import versions
from p88console.store.mirror.rules import Rules
from p88console.store.mirror.versions import Versions
from p88console.store.people.bibs import Duplicate
from p88console.store.people.edits import Act, Edit, Hand, rows_of, write


def follow(tx: Tx, hand: Hand, event_id: int, found: Sequence[Duplicate]) -> list[int]:
    """Take a bib from whoever the provider took it from, once it gave it to somebody else.

    By itself a blank takes nothing from anybody; together with the new wearer it is a handover.
    What was set here, or what timing owns by now, is left for a person. `found` are the event's
    duplicate bibs. Returns whom a bib left.
    """
    if not found:
        return []
    wearers = sorted({wearer.participant_id for one in found for wearer in one.wearers})
    known = versions.of(tx.connection, wearers)
    rules = Rules(tx.connection, event_id, hand.policy)
    left: list[int] = []
    for double in found:
        leaving = [
            wearer
            for wearer in double.wearers
            if wearer.event_id == event_id
            and not rules.timing_owns("bib", wearer.race_id, hand.now, set_here=False)
            and _was_taken(known.get(wearer.participant_id, {}), double.bib)
        ]
        if len(leaving) == len(double.wearers) - 1:
            _release(tx, hand, event_id, double, [wearer.participant_id for wearer in leaving])
            left += [wearer.participant_id for wearer in leaving]
    return left


def _was_taken(known: Versions, bib: str) -> bool:
    version = known.get("bib")
    return (
        version is not None
        and version.base == bib
        and blank(version.theirs)
        and not version.set_here
    )


def _release(tx: Tx, hand: Hand, event_id: int, double: Duplicate, ids: list[int]) -> None:
    rows = {row["id"]: row for row in rows_of(tx.connection, ids)}
    (keeps,) = [one for one in double.wearers if one.participant_id not in ids]
    act = Act(event_id, "handover", f"bib {double.bib} was handed over", f"given to {keeps}")
    agreed = Step(None, None)
    write(tx, hand, act, [Edit(its_id, "bib", agreed) for its_id in ids], rows, None)

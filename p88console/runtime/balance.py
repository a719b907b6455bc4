"""The balance of a practice race: what was registered, what arrived, what scoring really holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from p88console.domain.model import Provider, PushState
from p88console.runtime.practice import Practice, control, providers, registrations
from p88console.store.mirror import removals, versions
from p88console.store.people import lists as people
from p88console.store.people import lost_edits
from p88console.store.tenancy import events
from p88console.store.work import history, ledger

UNSENT = (PushState.UNSENT, PushState.HELD, PushState.REFUSED)


@dataclass(frozen=True, slots=True)
class Athlete:
    """One person in a scoring system's own books; `out` whoever is withdrawn there."""

    our_id: str
    race: str
    bib: str | None
    finished: bool
    out: bool = False


async def balance(practice: Practice) -> dict[str, Any]:
    """Both sides' books side by side.

    With several scoring systems `pushed` and `verified` are those of the one that has fewest, and
    whatever is counted at scoring is counted in all of them, but a finisher once, as results are.
    """
    db = practice.runtime.db
    mirrored = [await db.read(events.event, event_id) for event_id in practice.event_ids]
    books = {one: await control(practice, one, "ledger") for one in providers(practice)}
    status = await registrations(practice)
    standing = {our_id for our_id, word in status.items() if word == "active"}
    fields = [BOOKS[one](books[one]) for one in practice.scoring]
    states: dict[int, Counter[str]] = {}
    for event in mirrored:
        for link in event.links:
            counts = await db.read(ledger.state_counts, event.id, link.id)
            states.setdefault(link.account_id, Counter()).update(counts)
    return {
        "runners": practice.runners,
        "registered": len(standing),
        "mirrored": sum([await db.read(removals.active_count, one.id) for one in mirrored]),
        "pushed": min(_sent(counts) for counts in states.values()),
        "verified": min(counts[PushState.VERIFIED.value] for counts in states.values()),
        "results": sum([await db.read(people.finished_count, one.id) for one in mirrored]),
        "finishers_at_scoring": len(
            {one.our_id for field in fields for one in field if one.finished}
        ),
        "conflicts": await db.read(versions.conflicted_count),
        "quarantined": await db.read(removals.quarantined_count),
        "left": len(status) - len(standing),
        "to_withdraw": sum(_left_there(field, status.keys() - standing) for field in fields),
        "duplicates_at_scoring": sum(duplicates(field, status) for field in fields),
        "missing_at_scoring": sum(
            len(standing - {one.our_id for one in field if not one.out}) for field in fields
        ),
        "edits": len(await db.read(lost_edits.edits)),
        "lost_edits": len(await db.read(lost_edits.lost)),
        "jobs": await db.read(history.state_counts),
        "faults_injected": sum(book["weather"]["faults_injected"] for book in books.values()),
        "race": {
            "event": mirrored[0].name,
            "clock": practice.runtime.clock.now().isoformat(),
            "over_at": practice.over_at.isoformat(),
            "seed": practice.seed,
            "desks": [one.value for one in practice.desks],
            "scoring": [one.value for one in practice.scoring],
        },
    }


def _at_copernico(book: Mapping[str, Any]) -> list[Athlete]:
    return [
        Athlete(row["id"], row["event"], row["dorsal"], row["status"] == "finished")
        for row in book["athletes"]
    ]


def _at_chronotrack(book: Mapping[str, Any]) -> list[Athlete]:
    return [
        Athlete(
            row["external_id"] or row["id"],
            row["race"],
            row["bib"],
            row["status"] == "FIN",
            row["status"] == "WD",
        )
        for row in book["entries"]
    ]


BOOKS = {Provider.COPERNICO: _at_copernico, Provider.CHRONOTRACK: _at_chronotrack}


def duplicates(field: Sequence[Athlete], registered: Mapping[str, str]) -> int:
    """Athletes too many: the same id or bib again within a race, or nobody's registration.

    Whoever left after being pushed is not one, withdrawn or still to be.
    """
    ids = Counter(one.our_id for one in field)
    bibs = Counter((one.race, one.bib) for one in field if one.bib and not one.out)
    again = sum(count - 1 for count in ids.values())
    shared = sum(count - 1 for count in bibs.values())
    return max(again, shared) + len(ids.keys() - registered.keys())


def _left_there(field: Iterable[Athlete], gone: set[str]) -> int:
    """How many of those who are gone nobody has withdrawn yet."""
    return len({one.our_id for one in field if not one.out} & gone)


def _sent(counts: Mapping[str, int]) -> int:
    return sum(count for state, count in counts.items() if state not in UNSENT)

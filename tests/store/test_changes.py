"""What changed since a moment, with who and door; and when somebody last looked."""

from __future__ import annotations

from datetime import datetime

from p88console.store.people import changes, edits
from p88console.store.people.edits import Hand
from tests.store.bench import Bench, ada


def fields(bench: Bench, moment: datetime) -> list[tuple[str, str, str]]:
    found = bench.read(changes.since, bench.event, moment)
    return [(change.field, change.who, change.door) for change in found]


def test_arrivals_and_changes_since_a_moment_newest_first(bench: Bench) -> None:
    start = bench.now
    bench.mirror(ada())
    bench.clock.step(60)
    bench.mirror(ada(bib="600"))
    edited_at = bench.clock.step(60)
    hand = Hand("pat", "cli", edited_at)
    bench.write(edits.edit, hand, bench.person()["id"], {"last_name": "Ours"})
    assert fields(bench, start) == [
        ("last_name", "pat", "cli"),
        ("bib", "RunSignUp", "pull"),
        ("arrived", "runsignup", "pull"),
    ]
    assert fields(bench, edited_at) == [("last_name", "pat", "cli")]
    assert len(bench.read(changes.since, bench.event, start, limit=1, offset=1)) == 1


def test_a_look_is_remembered_for_each_operator(bench: Bench) -> None:
    assert bench.read(changes.last_look, bench.event, "pat") is None
    bench.write(changes.note_look, bench.event, "pat", bench.now)
    assert bench.read(changes.last_look, bench.event, "pat") == bench.now
    assert bench.read(changes.last_look, bench.event, "sam") is None

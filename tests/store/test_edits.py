"""What an operator changes: in force at once, with its trail and its outbox job, undoable."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from p88console.domain.errors import UsageFault
from p88console.domain.inbox import Kind
from p88console.domain.model import ParticipantStatus, PushState, RemovalRecord
from p88console.domain.policy import BibRules, Policy, Scope
from p88console.store.inbox import questions as inbox
from p88console.store.mirror import removals, versions
from p88console.store.people import bib_ledger, bibs, edits, undo
from p88console.store.people.edits import Done, Hand
from p88console.store.people.undo import Undone
from p88console.store.work import ledger
from p88console.store.work.ledger import Settled
from tests.store.bench import PULL_SOURCE, Bench, ada


def hand(bench: Bench, policy: Policy | None = None) -> Hand:
    return Hand("pat", "cli", bench.clock.step(1), policy or Policy())


def edit(bench: Bench, provider_id: str, changes: Mapping[str, str | None]) -> Done:
    return bench.write(edits.edit, hand(bench), bench.person(provider_id)["id"], changes)


def take_back(bench: Bench) -> Undone:
    return bench.write(undo.undo, hand(bench), lambda _event_id: Policy())


def trail(bench: Bench) -> list[dict[str, Any]]:
    return bench.rows("SELECT who, door, field, before, after FROM participant_changes ORDER BY id")


def pushes(bench: Bench) -> int:
    return bench.count("SELECT count(*) FROM sync_queue WHERE direction = 'push'")


def test_an_edit_its_trail_and_its_push_commit_together(bench: Bench) -> None:
    bench.mirror(ada())
    done = edit(bench, "1", {"bib": "600", "birth_date": "1990-02-01"})
    assert (bench.person()["bib"], bench.person()["birth_date"]) == ("600", "1990-02-01")
    assert done.summary == "Ada Example: bib '512' → '600', birth date nothing → '1990-02-01'"
    assert [(row["field"], row["before"], row["after"]) for row in trail(bench)] == [
        ("bib", "512", "600"),
        ("birth_date", None, "1990-02-01"),
    ]
    assert {(row["who"], row["door"]) for row in trail(bench)} == {("pat", "cli")}
    (job,) = bench.rows("SELECT * FROM sync_queue WHERE direction = 'push'")
    assert (job["trigger"], job["priority"], job["state"]) == ("operator", 1, "pending")


def test_an_edit_that_cannot_be_made_leaves_nothing_behind(bench: Bench) -> None:
    bench.mirror(ada())
    for changes in (
        {"race_id": "999"},
        {"status": "removed"},
        {"first_name": None, "last_name": None},
    ):
        with pytest.raises(UsageFault):
            edit(bench, "1", changes)
    with pytest.raises(UsageFault, match="no participant 404"):
        bench.write(edits.edit, hand(bench), 404, {"bib": "1"})
    assert trail(bench) == []
    assert pushes(bench) == 0
    assert bench.count("SELECT count(*) FROM operator_actions") == 0


def test_what_is_so_already_is_no_change(bench: Bench) -> None:
    bench.mirror(ada())
    assert edit(bench, "1", {"bib": "512"}).action_id is None
    assert trail(bench) == []


def test_a_walk_up_is_registered_here_and_sent_under_an_id_of_ours(bench: Bench) -> None:
    race = str(bench.race_ids()["501"])
    values = {"race_id": race, "first_name": "Wanda", "last_name": "Alkup", "bib": "900"}
    bench.write(edits.add, hand(bench), bench.event, "ab12", values)
    (row,) = bench.rows("SELECT * FROM participants")
    assert (row["added_here"], row["provider_id"], row["row_key"]) == (1, None, "walkup-ab12")
    assert row["name_key"] == "alkup wanda"
    assert {change["field"] for change in trail(bench)} == {"status", "bib"}
    assert pushes(bench) == 1


def test_a_walk_up_needs_a_race_of_the_event_and_a_name(bench: Bench) -> None:
    race = str(bench.race_ids()["501"])
    for values in ({"race_id": race}, {"race_id": "999", "first_name": "Wanda"}):
        with pytest.raises(UsageFault):
            bench.write(edits.add, hand(bench), bench.event, "ab12", values)


def test_a_swap_is_one_action_of_two_people(bench: Bench) -> None:
    bench.mirror(ada("1"), ada("2", bib="600", first_name="Bob"))
    first, second = bench.person("1")["id"], bench.person("2")["id"]
    done = bench.write(edits.swap_bibs, hand(bench), first, second)
    assert (bench.person("1")["bib"], bench.person("2")["bib"]) == ("600", "512")
    assert done.doubled == ()
    assert take_back(bench).participant_ids == (first, second)
    assert (bench.person("1")["bib"], bench.person("2")["bib"]) == ("512", "600")


def test_who_cannot_swap_is_told_why(bench: Bench) -> None:
    bench.mirror(ada("1"), ada("2", bib="600"), ada("3"))
    first = bench.person("1")["id"]
    with pytest.raises(UsageFault, match="same person"):
        bench.write(edits.swap_bibs, hand(bench), first, first)
    with pytest.raises(UsageFault, match="nothing to swap"):
        bench.write(edits.swap_bibs, hand(bench), first, bench.person("3")["id"])
    edit(bench, "2", {"status": "withdrawn"})
    with pytest.raises(UsageFault, match="withdrawn"):
        bench.write(edits.swap_bibs, hand(bench), first, bench.person("2")["id"])


def test_undo_takes_back_the_newest_change_then_the_one_before(bench: Bench) -> None:
    """D30."""
    bench.mirror(ada())
    edit(bench, "1", {"bib": "600"})
    edit(bench, "1", {"last_name": "Changed"})
    assert "last name" in take_back(bench).summary
    assert "bib" in take_back(bench).summary
    assert (bench.person()["bib"], bench.person()["last_name"]) == ("512", "Example")
    with pytest.raises(UsageFault, match="nothing to take back"):
        take_back(bench)
    assert len(trail(bench)) == 4
    assert bench.read(versions.of, [bench.person()["id"]]) == {}


def test_a_change_that_was_changed_again_since_is_passed_over_with_the_reason(
    bench: Bench,
) -> None:
    bench.mirror(ada("1"), ada("2", bib="2"))
    edit(bench, "1", {"bib": "600"})
    edit(bench, "2", {"bib": "700"})
    bench.execute("UPDATE participants SET bib = '701' WHERE provider_id = '2'")
    undone = take_back(bench)
    assert bench.person("1")["bib"] == "512"
    assert len(undone.passed_over) == 1
    assert "has been changed since" in undone.passed_over[0]


def test_nobody_takes_back_what_somebody_else_did(bench: Bench) -> None:
    bench.mirror(ada())
    edit(bench, "1", {"bib": "600"})
    with pytest.raises(UsageFault):
        bench.write(undo.undo, Hand("sam", "cli", bench.now), lambda _event_id: Policy())


def test_a_walk_up_that_is_taken_back_stays_in_the_books(bench: Bench) -> None:
    race = str(bench.race_ids()["501"])
    values = {"race_id": race, "first_name": "Wanda", "bib": "900"}
    bench.write(edits.add, hand(bench), bench.event, "ab12", values)
    take_back(bench)
    (row,) = bench.rows("SELECT status, status_reason FROM participants")
    assert row == {"status": "removed", "status_reason": "taken back by pat"}


def test_a_bib_that_is_worn_twice_asks_with_the_next_free_one(bench: Bench) -> None:
    """D10."""
    bench.mirror(ada("1"), ada("2", bib="513"), ada("3", bib="7"))
    done = edit(bench, "3", {"bib": "512"})
    assert "next free: 514" in done.doubled[0]
    (item,) = bench.read(inbox.items, kind=Kind.DUPLICATE_BIB)
    assert item.participant_id == bench.person("3")["id"]
    assert item.detail["participants"] == [bench.person("1")["id"], bench.person("3")["id"]]
    take_back(bench)
    assert bench.read(inbox.items) == []


def test_one_bib_in_two_races_is_a_duplicate_only_where_the_event_is_the_scope(
    bench: Bench,
) -> None:
    bench.mirror(ada("1"), ada("2", provider_race_id="502"))
    assert bench.read(bibs.duplicates, bench.event, BibRules()) == []
    (double,) = bench.read(bibs.duplicates, bench.event, BibRules(Scope.EVENT))
    assert len(double.wearers) == 2


def test_races_may_share_bibs_by_setting(bench: Bench) -> None:
    """D10."""
    bench.mirror(ada("1"), ada("2"))
    assert len(bench.read(bibs.duplicates, bench.event, BibRules())) == 1
    for names in ({"Half Marathon"}, {"*"}):
        rules = BibRules(shared=frozenset(names))
        assert bench.read(bibs.duplicates, bench.event, rules) == []


def test_the_bib_ledger_tells_who_held_a_bib_when_and_why(bench: Bench) -> None:
    bench.mirror(ada("1"), ada("2", bib="600", first_name="Bob"))
    first, second = bench.person("1")["id"], bench.person("2")["id"]
    bench.clock.step(60)
    bench.write(edits.swap_bibs, hand(bench), first, second)
    ada_had, bob_has = bench.read(bib_ledger.held, bench.event, "512")
    assert (ada_had.participant_id, ada_had.who, ada_had.until) == (
        first,
        "runsignup",
        bob_has.since,
    )
    assert (bob_has.participant_id, bob_has.who, bob_has.reason) == (second, "pat", "swap")
    assert bob_has.until is None


def test_a_bib_is_held_no_longer_than_the_registration_stands(bench: Bench) -> None:
    bench.mirror(ada("1"))
    gone = [RemovalRecord("1", ParticipantStatus.DEFERRED)]
    for _ in range(2):
        bench.write(removals.note_removals, bench.event, gone, PULL_SOURCE, bench.clock.step(60))
    (held,) = bench.read(bib_ledger.held, bench.event, "512")
    assert held.until == bench.now
    assert bench.read(bib_ledger.held, bench.event, "7") == []


def test_the_bib_ledger_tells_who_wears_it_at_scoring(bench: Bench) -> None:
    bench.mirror(ada("1"), ada("2", bib="600"))
    assert bench.read(bib_ledger.worn_there, bench.event, "512") == []
    half = str(bench.race_ids()["501"])
    first = bench.person("1")["id"]
    there = {"bib": "512", "race": half}
    held = Settled(first, PushState.VERIFIED, "c-1", there, bench.person("1")["content_hash"])
    bench.write(ledger.settle, bench.link, [held], bench.now)
    (worn,) = bench.read(bib_ledger.worn_there, bench.event, "512")
    assert (worn.participant_id, worn.provider, worn.race_id) == (first, "copernico", int(half))
    assert (worn.state, worn.seen_at) == (PushState.VERIFIED, bench.now)


def test_dates_and_races_are_kept_as_what_they_are(bench: Bench) -> None:
    bench.mirror(ada(birth_date=date(1986, 1, 6)))
    other = bench.race_ids()["502"]
    edit(bench, "1", {"race_id": str(other), "birth_date": None})
    assert (bench.person()["race_id"], bench.person()["birth_date"]) == (other, None)
    take_back(bench)
    assert bench.person()["birth_date"] == "1986-01-06"

"""Decisions: each does what it says, is remembered, and can be taken back."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from p88console.domain.errors import UsageFault
from p88console.domain.inbox import Decision, Kind
from p88console.domain.model import ParticipantRecord, ParticipantStatus, PushState, RemovalRecord
from p88console.domain.policy import PLAIN, BibRules
from p88console.store.inbox import decisions as decide
from p88console.store.inbox import orphans
from p88console.store.inbox import questions as inbox
from p88console.store.inbox.decisions import Verdict
from p88console.store.mirror import participants, removals
from p88console.store.people import bibs, edits, undo
from p88console.store.people.edits import Hand
from p88console.store.results import revisions as results
from p88console.store.windows.inbox_rows import Item
from p88console.store.work import holds, ledger
from p88console.store.work.ledger import Settled
from tests.store.bench import PULL_SOURCE, Bench, ada
from tests.store.test_results import record as result

FIELDS = ("first_name", "last_name", "bib", "race")


def hand(bench: Bench) -> Hand:
    return Hand("pat", "cli", bench.clock.step(1))


def pull(bench: Bench, *records: ParticipantRecord) -> None:
    now = bench.clock.step(60)
    bench.write(participants.upsert_page, bench.event, records, PULL_SOURCE, now)


def edit(bench: Bench, name: str, value: str, provider_id: str = "1") -> None:
    its_id = bench.person(provider_id)["id"]
    bench.write(edits.edit, hand(bench), its_id, {name: value})


def resolve(
    bench: Bench, items: Sequence[Item], decision: Decision, value: str | None = None
) -> list[Item]:
    return bench.write(decide.resolve, hand(bench), items, Verdict(decision, value))


def waiting(bench: Bench, kind: Kind | None = None) -> list[Item]:
    return bench.read(inbox.items, kind=kind)


def take_back(bench: Bench) -> str:
    return bench.write(undo.undo, hand(bench), lambda _event_id: PLAIN).summary


def dispute(bench: Bench) -> Item:
    """Ada's last name, changed on both sides."""
    pull(bench, ada())
    edit(bench, "last_name", "Ours")
    pull(bench, ada(last_name="Theirs"))
    (item,) = waiting(bench, Kind.CONFLICT)
    return item


@pytest.mark.parametrize(
    ("decision", "value", "stands"),
    [
        (Decision.MINE, None, "Ours"),
        (Decision.THEIRS, None, "Theirs"),
        (Decision.VALUE, "Typed", "Typed"),
    ],
)
def test_a_conflict_is_decided_for_good_and_can_be_taken_back(
    bench: Bench, decision: Decision, value: str | None, stands: str
) -> None:
    item = dispute(bench)
    (done,) = resolve(bench, [item], decision, value)
    assert (done.decision, done.decided_by, done.door) == (decision.value, "pat", "cli")
    assert bench.person()["last_name"] == stands
    pull(bench, ada(last_name="Theirs"))
    assert (waiting(bench), bench.person()["last_name"]) == ([], stands)
    assert "conflict of Ada" in take_back(bench)
    assert bench.person()["last_name"] == "Ours"
    assert [(one.id, one.theirs) for one in waiting(bench)] == [(item.id, "Theirs")]


def test_a_rule_made_in_the_inbox_decides_the_next_one_until_it_is_taken_back(
    bench: Bench,
) -> None:
    item = dispute(bench)
    verdict = Verdict(Decision.THEIRS, always=True)
    bench.write(decide.resolve, hand(bench), [item], verdict)
    edit(bench, "last_name", "Again")
    pull(bench, ada(last_name="Third"))
    assert (bench.person()["last_name"], waiting(bench)) == ("Third", [])


def test_while_it_is_disputed_scoring_keeps_what_it_holds(bench: Bench) -> None:
    """D12."""
    pull(bench, ada())
    (sent,) = bench.read(ledger.candidates, bench.link, FIELDS)
    known = Settled(sent.participant_id, PushState.VERIFIED, "r", sent.desired, sent.mirror_hash)
    bench.write(ledger.settle, bench.link, [known], bench.now)
    edit(bench, "last_name", "Ours")
    pull(bench, ada(last_name="Theirs", first_name="Augusta"))
    (held,) = bench.read(ledger.candidates, bench.link, FIELDS)
    assert (held.desired["last_name"], held.desired["first_name"]) == ("Example", "Augusta")
    assert held.undecided == ("last_name",)
    resolve(bench, waiting(bench), Decision.MINE)
    (free,) = bench.read(ledger.candidates, bench.link, FIELDS)
    assert free.desired["last_name"] == "Ours"


def gone(bench: Bench, *keys: str) -> list[Item]:
    listed = [RemovalRecord(key, ParticipantStatus.REMOVED) for key in keys]
    now = bench.clock.step(60)
    bench.write(removals.note_removals, bench.event, listed, PULL_SOURCE, now)
    return waiting(bench, Kind.REMOVAL)


def test_who_is_confirmed_as_gone_is_removed_at_once_and_comes_back_by_undo(bench: Bench) -> None:
    pull(bench, ada())
    resolve(bench, gone(bench, "1"), Decision.CONFIRM)
    assert bench.person()["status"] == "removed"
    take_back(bench)
    assert (bench.person()["status"], bench.person()["status_reason"]) == ("active", None)
    for _ in range(3):
        assert gone(bench, "1") == []
    assert bench.person()["status"] == "active"
    pull(bench, ada())
    assert len(gone(bench, "1")) == 1


def test_who_was_removed_by_a_pull_and_is_set_active_here_stays(bench: Bench) -> None:
    pull(bench, ada())
    for _ in range(2):
        gone(bench, "1")
    assert bench.person()["status"] == "removed"
    edit(bench, "status", "active")
    for _ in range(3):
        assert gone(bench, "1") == []
    assert (bench.person()["status"], bench.person()["status_reason"]) == ("active", None)
    take_back(bench)
    assert (bench.person()["status"], waiting(bench)) == ("removed", [])


@pytest.mark.parametrize("people", [1, 20])
def test_who_was_kept_by_mistake_is_asked_about_again_and_can_go(bench: Bench, people: int) -> None:
    keys = [str(number) for number in range(1, people + 1)]
    pull(bench, *(ada(key, bib=key) for key in keys))
    resolve(bench, gone(bench, *keys), Decision.KEEP)
    take_back(bench)
    (item,) = waiting(bench)
    resolve(bench, [item], Decision.CONFIRM)
    assert bench.read(removals.active_count, bench.event) == 0


def test_who_is_kept_is_not_asked_about_again_until_the_world_moves_on(bench: Bench) -> None:
    pull(bench, ada())
    resolve(bench, gone(bench, "1"), Decision.KEEP)
    for _ in range(3):
        assert gone(bench, "1") == []
    assert bench.person()["status"] == "active"
    pull(bench, ada())
    assert len(gone(bench, "1")) == 1


@pytest.mark.parametrize("decision", [Decision.CONFIRM, Decision.KEEP])
def test_a_brake_is_decided_for_everybody_at_once(bench: Bench, decision: Decision) -> None:
    keys = [str(number) for number in range(1, 21)]
    pull(bench, *(ada(key, bib=key) for key in keys))
    (brake,) = gone(bench, *keys)
    resolve(bench, [brake], decision)
    left = bench.read(removals.active_count, bench.event)
    assert left == (0 if decision is Decision.CONFIRM else 20)
    assert gone(bench, *keys) == []
    assert bench.read(removals.active_count, bench.event) == left
    take_back(bench)
    assert bench.read(removals.active_count, bench.event) == 20
    if decision is Decision.CONFIRM:
        assert (waiting(bench), gone(bench, *keys)) == ([], [])


def test_a_bib_worn_twice_is_settled_by_another_bib_or_by_allowing_it(bench: Bench) -> None:
    pull(bench, ada("1"), ada("2"))
    bench.write(bibs.mind, bench.event, BibRules(), bench.now)
    resolve(bench, waiting(bench), Decision.KEEP)
    assert bench.read(bibs.blocked, bench.event, BibRules()) == {}
    take_back(bench)
    assert len(bench.read(bibs.blocked, bench.event, BibRules())) == 2
    (item,) = waiting(bench)
    resolve(bench, [item], Decision.VALUE, item.detail["next_free"])
    assert (bench.person("1")["bib"], bench.person("2")["bib"]) == ("512", "513")
    assert waiting(bench) == []


def test_a_decision_that_does_not_apply_does_nothing(bench: Bench) -> None:
    item = dispute(bench)
    with pytest.raises(UsageFault, match="not settled by --confirm"):
        resolve(bench, [item], Decision.CONFIRM)
    resolve(bench, [item], Decision.MINE)
    with pytest.raises(UsageFault, match="settled already"):
        resolve(bench, [bench.read(inbox.item, item.id)], Decision.THEIRS)


def test_a_held_account_waits_in_the_inbox_until_it_works_again(bench: Bench) -> None:
    bench.write(holds.hold_account, bench.copernico, "401", bench.now)
    (item,) = waiting(bench, Kind.HELD)
    assert item.reason == "Copernico is held: 401"
    resolve(bench, [item], Decision.RETRY)
    assert waiting(bench) == []
    assert bench.read(holds.held_accounts) == set()


def orphaned(bench: Bench) -> Item:
    """Ada's result under a bib that she does not wear."""
    pull(bench, ada(bib="521"))
    bench.write(results.upsert_results, bench.linked(), [result()], bench.clock.step(60))
    bench.write(orphans.tell, [bench.event], bench.now)
    (item,) = waiting(bench, Kind.ORPHAN)
    return item


def owner_of(bench: Bench) -> int | None:
    (row,) = bench.rows("SELECT participant_id FROM results")
    owner: int | None = row["participant_id"]
    return owner


@pytest.mark.parametrize("typed", [False, True])
def test_an_orphan_goes_to_whom_somebody_says_and_back(bench: Bench, *, typed: bool) -> None:
    item, her = orphaned(bench), bench.person()["id"]
    assert owner_of(bench) is None
    assert item.participant_id == her
    if typed:
        resolve(bench, [item], Decision.VALUE, str(her))
    else:
        resolve(bench, [item], Decision.CONFIRM)
    assert owner_of(bench) == her
    # later pulls keep to it
    bench.write(results.upsert_results, bench.linked(), [result(place=3)], bench.clock.step(60))
    bench.write(orphans.tell, [bench.event], bench.now)
    assert (owner_of(bench), waiting(bench)) == (her, [])
    assert "orphan" in take_back(bench)
    assert owner_of(bench) is None
    assert [one.id for one in waiting(bench)] == [item.id]
    bench.write(results.upsert_results, bench.linked(), [result(place=4)], bench.clock.step(60))
    assert owner_of(bench) is None


def test_an_orphan_of_nobody_is_asked_about_no_more(bench: Bench) -> None:
    resolve(bench, [orphaned(bench)], Decision.DROP)
    bench.write(orphans.tell, [bench.event], bench.clock.step(60))
    assert (owner_of(bench), waiting(bench)) == (None, [])
    take_back(bench)
    assert [one.kind for one in waiting(bench)] == [Kind.ORPHAN]


@pytest.mark.parametrize("value", ["Ada", "999", ""])
def test_an_orphan_goes_to_nobody_who_is_not_there(bench: Bench, value: str) -> None:
    item = orphaned(bench)
    with pytest.raises(UsageFault):
        resolve(bench, [item], Decision.VALUE, value)
    assert owner_of(bench) is None

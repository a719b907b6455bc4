"""A pull meets what operators changed: nothing typed is lost, every disagreement is asked about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from p88console.domain.inbox import Kind
from p88console.domain.jobs import Counts
from p88console.domain.merge import Settle, Version
from p88console.domain.model import ParticipantRecord, ParticipantStatus, RemovalRecord
from p88console.domain.ownership import FieldRule, Ownership
from p88console.domain.policy import PLAIN, Policy
from p88console.store.inbox import questions as inbox
from p88console.store.mirror import handovers, nameless, participants, removals, transfers, versions
from p88console.store.people import bibs, edits
from p88console.store.people.edits import Hand
from p88console.store.windows.inbox_rows import Item
from p88console.store.work.touched import Touched
from tests.store.bench import GUN, PULL_SOURCE, Bench, ada

REGISTRATION = "RunSignUp"


def pull(bench: Bench, *records: ParticipantRecord, policy: Policy = PLAIN) -> Counts:
    now = bench.clock.step(60)
    return bench.write(
        participants.upsert_page, bench.event, records, PULL_SOURCE, now, policy=policy
    )


def edit(bench: Bench, changes: Mapping[str, str | None], provider_id: str = "1") -> None:
    hand = Hand("pat", "cli", bench.clock.step(1))
    bench.write(edits.edit, hand, bench.person(provider_id)["id"], changes)


def conflicts(bench: Bench) -> list[Item]:
    return bench.read(inbox.items, kind=Kind.CONFLICT)


def version(bench: Bench, name: str, provider_id: str = "1") -> Version | None:
    its_id = bench.person(provider_id)["id"]
    return bench.read(versions.of, [its_id]).get(its_id, {}).get(name)


def end_of_pull(bench: Bench) -> Hand:
    hand = Hand(REGISTRATION, "pull", bench.clock.step(1))
    bench.write(transfers.follow, hand, bench.event)
    doubled = bench.read(bibs.duplicates, bench.event, hand.policy.bibs)
    bench.write(handovers.follow, hand, bench.event, doubled)
    return hand


def test_a_blank_bib_from_the_provider_never_wipes_a_bib_that_was_set_here(bench: Bench) -> None:
    pull(bench, ada(bib=None))
    edit(bench, {"bib": "900"})
    for name in ("Ada", "Augusta", "Ada"):
        pull(bench, ada(bib=None, first_name=name))
        assert bench.person()["bib"] == "900"
    assert bench.person()["first_name"] == "Ada"
    assert conflicts(bench) == []


def test_what_only_one_side_changed_is_merged_both_ways(bench: Bench) -> None:
    pull(bench, ada())
    edit(bench, {"last_name": "Corrected"})
    assert pull(bench, ada(bib="600")) == Counts(received=1, updated=1)
    assert (bench.person()["bib"], bench.person()["last_name"]) == ("600", "Corrected")
    assert pull(bench, ada(bib="600")) == Counts(received=1, unchanged=1)


def test_what_both_changed_is_a_conflict_and_ours_stays_in_force(bench: Bench) -> None:
    """D12."""
    pull(bench, ada())
    edit(bench, {"last_name": "Ours"})
    assert pull(bench, ada(last_name="Theirs")) == Counts(received=1, conflicts=1)
    assert bench.person()["last_name"] == "Ours"
    (item,) = conflicts(bench)
    assert (item.field, item.base, item.ours, item.theirs) == (
        "last_name",
        "Example",
        "Ours",
        "Theirs",
    )
    assert item.reason == "last name was set to 'Ours' here, RunSignUp says 'Theirs'"
    assert bench.read(versions.conflicted_count, bench.event) == 1


def test_a_conflict_follows_what_the_provider_says_next(bench: Bench) -> None:
    pull(bench, ada())
    edit(bench, {"last_name": "Ours"})
    pull(bench, ada(last_name="Theirs"))
    pull(bench, ada(last_name="Other"))
    (item,) = conflicts(bench)
    assert item.theirs == "Other"
    pull(bench, ada(last_name="Ours"))
    assert conflicts(bench) == []
    assert bench.person()["last_name"] == "Ours"
    (settled,) = bench.read(inbox.items, decided=True)
    assert (settled.decision, settled.decided_by) == ("agreed", None)


def test_an_edit_during_a_conflict_leaves_it_open_with_the_new_value(bench: Bench) -> None:
    pull(bench, ada())
    edit(bench, {"last_name": "Ours"})
    pull(bench, ada(last_name="Theirs"))
    edit(bench, {"last_name": "Mine"})
    assert [item.ours for item in conflicts(bench)] == ["Mine"]
    edit(bench, {"last_name": "Theirs"})
    assert conflicts(bench) == []


def test_a_bib_that_was_set_here_is_timings_own_ever_after(bench: Bench) -> None:
    pull(bench, ada(bib=None))
    edit(bench, {"bib": "900"})
    pull(bench, ada(bib="900"))
    assert version(bench, "bib") == Version("900", "900", set_here=True)
    pull(bench, ada(bib="901"))
    assert bench.person()["bib"] == "900"
    (item,) = conflicts(bench)
    assert "timing's own" in item.reason


def test_after_the_gun_no_bib_is_taken_from_anybody_without_asking(bench: Bench) -> None:
    pull(bench, ada())
    bench.clock.reach(GUN + timedelta(seconds=1))
    pull(bench, ada(bib="600", first_name="Augusta"))
    assert (bench.person()["bib"], bench.person()["first_name"]) == ("512", "Augusta")
    assert [item.theirs for item in conflicts(bench)] == ["600"]


def test_late_news_of_a_change_before_the_gun_is_taken(bench: Bench) -> None:
    pull(bench, ada())
    bench.clock.reach(GUN + timedelta(seconds=1))
    pull(bench, ada(bib="600", modified_at=GUN - timedelta(seconds=1)))
    assert bench.person()["bib"] == "600"


@pytest.mark.parametrize(
    ("both", "stands"), [(Settle.OURS, "Ours"), (Settle.THEIRS, "Theirs"), (Settle.ASK, "Ours")]
)
def test_a_rule_decides_instead_of_a_person(bench: Bench, both: Settle, stands: str) -> None:
    policy = Policy(Ownership({"last_name": FieldRule(both=both)}))
    pull(bench, ada())
    edit(bench, {"last_name": "Ours"})
    pull(bench, ada(last_name="Theirs"), policy=policy)
    assert bench.person()["last_name"] == stands
    assert bool(conflicts(bench)) is (both is Settle.ASK)


def test_a_withdrawal_made_here_outlives_the_provider_who_still_lists_them(bench: Bench) -> None:
    pull(bench, ada())
    edit(bench, {"status": "withdrawn"})
    pull(bench, ada(bib="600"))
    assert (bench.person()["status"], bench.person()["bib"]) == ("withdrawn", "600")


def test_the_rows_behind_the_counts_are_named(bench: Bench) -> None:
    pull(bench, ada("1"), ada("2", bib="2"))
    edit(bench, {"last_name": "Ours"})
    touched = Touched()
    page = [ada("1", last_name="Theirs"), ada("2", bib="3"), ada("3", bib="4")]
    bench.write(
        participants.upsert_page, bench.event, page, PULL_SOURCE, bench.now, touched=touched
    )
    ids = {key: bench.person(key)["id"] for key in "123"}
    assert touched.people == {
        "created": {ids["3"]},
        "updated": {ids["2"]},
        "conflicts": {ids["1"]},
    }


def transferred(old: str, new: str) -> list[RemovalRecord]:
    return [RemovalRecord(old, ParticipantStatus.TRANSFERRED, moved_to=new)]


def remove(bench: Bench, records: list[RemovalRecord]) -> Counts:
    first, second = (
        bench.write(removals.note_removals, bench.event, records, PULL_SOURCE, bench.clock.step(60))
        for _ in range(2)
    )
    assert first.removed == 0
    return second


def test_a_transfer_takes_corrections_along_and_asks_about_the_bib(bench: Bench) -> None:
    """D13."""
    pull(bench, ada("1", email="ada@old.example"))
    edit(bench, {"email": "ada@new.example"})
    pull(bench, ada("2", provider_race_id="502", bib=None, email="ada@old.example"))
    remove(bench, transferred("1", "2"))
    end_of_pull(bench)
    old, new = bench.person("1"), bench.person("2")
    assert (old["status"], old["moved_to"]) == ("transferred", "2")
    assert (new["email"], new["bib"]) == ("ada@new.example", None)
    (item,) = conflicts(bench)
    assert (item.participant_id, item.field, item.ours, item.theirs) == (
        new["id"],
        "bib",
        "512",
        None,
    )
    assert "from 'Half Marathon' to '5K'" in item.reason
    end_of_pull(bench)
    assert len(conflicts(bench)) == 1
    trail = bench.rows("SELECT before, after FROM participant_changes WHERE field = 'transfer'")
    assert trail == [{"before": "1", "after": "2"}]


def test_a_transfer_that_brings_its_bib_asks_nothing(bench: Bench) -> None:
    pull(bench, ada("1"), ada("2", provider_race_id="502"))
    remove(bench, transferred("1", "2"))
    end_of_pull(bench)
    assert conflicts(bench) == []


def test_a_bib_that_the_provider_gave_to_somebody_else_leaves_its_wearer(bench: Bench) -> None:
    pull(bench, ada("1"), ada("2", bib=None))
    pull(bench, ada("1", bib=None), ada("2", bib="512"))
    assert (bench.person("1")["bib"], bench.person("2")["bib"]) == ("512", "512")
    end_of_pull(bench)
    assert (bench.person("1")["bib"], bench.person("2")["bib"]) == (None, "512")
    (change,) = bench.rows("SELECT * FROM participant_changes WHERE before = '512'")
    assert change["reason"] == "given to Ada Example (Half Marathon)"


def test_a_bib_that_was_set_here_is_handed_over_by_nobody(bench: Bench) -> None:
    pull(bench, ada("1", bib=None), ada("2", bib=None))
    edit(bench, {"bib": "512"})
    pull(bench, ada("1", bib=None), ada("2", bib="512"))
    end_of_pull(bench)
    assert (bench.person("1")["bib"], bench.person("2")["bib"]) == ("512", "512")


def test_after_the_gun_a_handover_is_for_a_person(bench: Bench) -> None:
    pull(bench, ada("1"), ada("2", bib=None))
    bench.clock.reach(GUN)
    pull(bench, ada("1", bib=None), ada("2", bib="512"))
    end_of_pull(bench)
    assert bench.person("1")["bib"] == "512"


def test_who_has_no_id_is_asked_about_until_they_have_one(bench: Bench) -> None:
    pull(bench, ada(None))
    bench.write(nameless.mind, bench.event, bench.now)
    (item,) = bench.read(inbox.items)
    assert item.kind is Kind.NO_ID
    for _ in range(2):
        gone = bench.read(removals.absent, bench.event, {"1"})
        bench.write(removals.note_removals, bench.event, gone, PULL_SOURCE, bench.clock.step(60))
    bench.write(nameless.mind, bench.event, bench.now)
    assert bench.read(inbox.items) == []


def removal_items(bench: Bench) -> list[Item]:
    return bench.read(inbox.items, kind=Kind.REMOVAL)


def test_two_thousand_who_vanish_withdraw_nobody_and_ring_once(bench: Bench) -> None:
    """D7."""
    crowd = [ada(str(number), bib=str(number)) for number in range(2000)]
    pull(bench, *crowd)
    vanished = bench.read(removals.absent, bench.event, set[str]())
    assert len(vanished) == 2000
    counts = remove(bench, vanished)
    assert (counts.removed, counts.quarantined) == (0, 2000)
    (brake,) = removal_items(bench)
    assert brake.participant_id is None
    assert brake.reason == "RunSignUp takes 2000 of 2000 people out at once; nobody was removed"
    pull(bench, *crowd)
    bench.write(removals.note_removals, bench.event, [], PULL_SOURCE, bench.clock.step(60))
    assert removal_items(bench) == []
    assert bench.read(removals.quarantined_count) == 0


def test_a_removal_waits_with_its_reason_and_goes_when_listed_again(bench: Bench) -> None:
    pull(bench, ada())
    deferred = [RemovalRecord("1", ParticipantStatus.DEFERRED)]
    bench.write(removals.note_removals, bench.event, deferred, PULL_SOURCE, bench.clock.step(60))
    (item,) = removal_items(bench)
    assert (item.reason, item.detail["status"]) == ("RunSignUp says deferred", "deferred")
    pull(bench, ada())
    assert removal_items(bench) == []


def test_after_the_gun_nobody_with_a_bib_is_removed_without_asking(bench: Bench) -> None:
    pull(bench, ada("1"), ada("2", bib=None))
    bench.clock.reach(GUN)
    both = [RemovalRecord(key, ParticipantStatus.REMOVED) for key in "12"]
    assert remove(bench, both).removed == 1
    assert (bench.person("1")["status"], bench.person("2")["status"]) == ("active", "removed")
    (item,) = removal_items(bench)
    assert "after the gun" in item.reason


def test_an_old_race_is_history_that_registration_may_set_right(bench: Bench) -> None:
    pull(bench, ada())
    bench.clock.reach(datetime(2026, 12, 1, tzinfo=UTC))
    pull(bench, ada(bib="600"))
    assert bench.person()["bib"] == "600"

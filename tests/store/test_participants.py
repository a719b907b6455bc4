"""What a pull brings: people are new, changed, or the same again; the trail tells who says so."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from p88console.domain.jobs import Counts
from p88console.domain.model import (
    ParticipantRecord,
    ParticipantStatus,
    RaceRecord,
    RemovalRecord,
)
from p88console.store.mirror import participants, removals
from p88console.store.people import lists as people
from p88console.store.people.lists import Filter
from p88console.store.tenancy import events
from p88console.store.work import ledger
from tests.store.bench import PULL_SOURCE, Bench, ada, event_record


def pull(bench: Bench, *records: ParticipantRecord) -> Counts:
    return bench.write(
        participants.upsert_page, bench.event, records, PULL_SOURCE, bench.clock.step(60)
    )


def trail(bench: Bench) -> list[dict[str, Any]]:
    return bench.rows("SELECT who, door, field, before, after FROM participant_changes ORDER BY id")


def test_the_same_rows_twice_are_no_change(bench: Bench) -> None:
    """D9."""
    people_there = [ada("1"), ada("2", bib=None, first_name="Zoë-Aïda")]
    assert pull(bench, *people_there) == Counts(received=2, created=2)
    before = bench.rows("SELECT * FROM participants")
    assert pull(bench, *people_there) == Counts(received=2, unchanged=2)
    assert bench.rows("SELECT * FROM participants") == before
    assert trail(bench) == []


def test_the_same_rows_twice_tell_no_watcher(bench: Bench) -> None:
    pull(bench, ada())
    watcher = bench.watch()
    pull(bench, ada())
    assert watcher.drain() == frozenset()


def test_a_changed_field_leaves_a_trail_with_before_and_after(bench: Bench) -> None:
    pull(bench, ada())
    assert pull(bench, ada(bib="600")) == Counts(received=1, updated=1)
    assert bench.person()["bib"] == "600"
    assert trail(bench) == [
        {"who": "RunSignUp", "door": "pull", "field": "bib", "before": "512", "after": "600"}
    ]


def test_a_person_keeps_their_own_id_whatever_changes(bench: Bench) -> None:
    pull(bench, ada())
    its_id = bench.person()["id"]
    pull(bench, ada(bib="1", first_name="Augusta", provider_race_id="502"))
    assert bench.person()["id"] == its_id


def test_two_people_with_one_name_and_birth_date_stay_two(bench: Bench) -> None:
    """D26."""
    twin = {"birth_date": date(1986, 1, 6), "bib": None}
    assert pull(bench, ada("1", **twin), ada("2", **twin)).created == 2


def test_a_raw_row_may_change_without_the_person_changing(bench: Bench) -> None:
    pull(bench, ada(raw={"registration_id": "1", "race_fee": "$55.00"}))
    fee = ada(raw={"registration_id": "1", "race_fee": "$1,055.00"})
    assert pull(bench, fee) == Counts(received=1, unchanged=1)
    assert bench.person()["raw"]["race_fee"] == "$1,055.00"
    assert trail(bench) == []


@pytest.mark.parametrize(
    "odd", ["Zoë 李", "\ud83d", "\x00", 2**70, 1.5, [], [None], {"Größe": "M"}]
)
def test_a_raw_row_is_kept_whatever_it_holds(bench: Bench, odd: Any) -> None:
    bench.mirror(ada(raw={"odd": odd}))
    bench.mirror(ada(raw={"odd": odd}))
    assert bench.person()["raw"] == {"odd": odd}


def test_a_row_without_the_providers_id_is_kept_and_flagged(bench: Bench) -> None:
    nameless = ada(None)
    assert pull(bench, nameless) == Counts(received=1, created=1)
    assert pull(bench, nameless) == Counts(received=1, unchanged=1)
    (row,) = bench.rows("SELECT provider_id, flags FROM participants")
    assert row["provider_id"] is None
    assert "provider_id" in row["flags"]


def test_an_unknown_race_is_flagged_and_the_person_kept(bench: Bench) -> None:
    pull(bench, ada(provider_race_id="999"))
    assert bench.person()["race_id"] is None
    assert "race" in bench.person()["flags"]


def test_a_race_that_is_discovered_later_is_found_by_the_next_pull(bench: Bench) -> None:
    pull(bench, ada(provider_race_id="503"))
    late = event_record(races=(RaceRecord("503", "10K"),), raw={"race_id": "77", "v": 2})
    bench.write(events.upsert_events, bench.runsignup, [late], bench.now)
    pull(bench, ada(provider_race_id="503"))
    assert bench.person()["race_id"] == bench.race_ids()["503"]
    assert "race" not in bench.person()["flags"]


def test_what_could_not_be_read_is_named_in_the_flags(bench: Bench) -> None:
    pull(bench, ada(gender="Z", flags=("gender",)))
    assert (bench.person()["gender"], bench.person()["flags"]) == ("Z", ["gender"])


def test_a_flag_goes_with_the_value_that_caused_it(bench: Bench) -> None:
    pull(bench, ada(flags=("dob",), raw={"registration_id": "1", "dob": "soon"}))
    pull(bench, ada(raw={"registration_id": "1", "dob": None}))
    assert bench.person()["flags"] == []


def test_a_person_listed_twice_on_a_page_is_one_person(bench: Bench) -> None:
    counts = pull(bench, ada(bib="1"), ada(bib="2"))
    assert counts == Counts(received=2, created=1, unchanged=1)
    assert bench.person()["bib"] == "2"


def test_who_was_removed_and_registers_again_is_active_again(bench: Bench) -> None:
    pull(bench, ada())
    for _ in range(2):
        removal = [RemovalRecord("1", ParticipantStatus.REMOVED)]
        now = bench.clock.step(60)
        bench.write(removals.note_removals, bench.event, removal, PULL_SOURCE, now)
    assert pull(bench, ada()).updated == 1
    assert bench.person()["status"] == "active"
    assert [row["after"] for row in trail(bench)] == ["removed", "active"]


def test_a_page_touches_only_whom_it_names(bench: Bench) -> None:
    pull(bench, ada("1"), ada("2"))
    pull(bench, ada("3"))
    rows = bench.rows("SELECT provider_id, status FROM participants ORDER BY id")
    assert [(row["provider_id"], row["status"]) for row in rows] == [
        ("1", "active"),
        ("2", "active"),
        ("3", "active"),
    ]


def test_more_people_than_fit_one_lookup_are_compared(bench: Bench) -> None:
    crowd = [ada(str(number), bib=str(number)) for number in range(1200)]
    assert pull(bench, *crowd).created == 1200
    moved = [crowd[700]._replace(bib="moved", raw={"moved": True})]
    assert pull(bench, *crowd[:700], *moved, *crowd[701:]) == Counts(
        received=1200, updated=1, unchanged=1199
    )


texts = st.none() | st.text(max_size=40)
odd_people = st.builds(
    ada,
    st.sampled_from(["1", "2", "3"]),
    bib=texts,
    chip=texts,
    first_name=texts,
    last_name=texts,
    phone=texts,
    gender=st.sampled_from(["F", "M", "X", None, "Z"]),
    birth_date=st.none() | st.dates(),
    provider_race_id=st.sampled_from(["501", "502", "999"]),
)


@given(st.lists(odd_people, max_size=6, unique_by=lambda person: person.provider_id))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_page_pulled_twice_changes_nothing_the_second_time(
    bench: Bench, page: list[ParticipantRecord]
) -> None:
    pull(bench, *page)
    before = bench.rows("SELECT * FROM participants ORDER BY id")
    assert pull(bench, *page) == Counts(received=len(page), unchanged=len(page))
    assert bench.rows("SELECT * FROM participants ORDER BY id") == before


def test_people_are_found_by_bib_and_by_the_start_of_their_names(bench: Bench) -> None:
    pull(bench, ada("1"), ada("2", bib="0007", first_name="Zoë", last_name="100%_sure"))
    for search in ("512", "ad", "EXAMPLE", "ada exa", ""):
        assert "1" in found(bench, search=search)
    for search in ("100%", "0007", "100%_"):
        assert found(bench, search=search) == ["2"]
    for search in ("51", "7", "%", "_", "xample"):
        assert found(bench, search=search) == []


def test_filters_narrow_the_list(bench: Bench) -> None:
    pull(bench, ada("1"), ada("2"), ada("3"), ada("4", provider_race_id="502"))
    pull(bench, ada("5", bib=None))
    bench.execute("UPDATE participants SET status = 'removed' WHERE provider_id = '3'")
    assert set(found(bench)) == {"1", "2", "3", "4", "5"}
    assert set(found(bench, only=Filter.ACTIVE)) == {"1", "2", "4", "5"}
    assert found(bench, only=Filter.REMOVED) == ["3"]
    assert found(bench, only=Filter.NO_BIB) == ["5"]
    assert set(found(bench, only=Filter.DUPLICATE_BIB)) == {"1", "2"}
    assert set(found(bench, only=Filter.UNSENT)) == {"1", "2", "4", "5"}


def test_a_removed_person_stays_reachable_with_every_change(bench: Bench) -> None:
    pull(bench, ada())
    pull(bench, ada(bib="600"))
    bench.execute("UPDATE participants SET status = 'removed'")
    person, changes = bench.read(people.participant, bench.person()["id"])
    assert person.row["status"] == "removed"
    assert [change["field"] for change in changes] == ["bib"]


def found(bench: Bench, **how: Any) -> list[str]:
    listed = bench.read(people.participants, bench.event, **how)
    return [person.row["provider_id"] for person in listed]


def test_a_short_row_brings_a_person_and_never_blanks_what_a_detail_told(bench: Bench) -> None:
    short = ada(bib=None, gender=None, awaits_detail=True)
    assert pull(bench, short) == Counts(received=1, created=1)
    assert bench.read(ledger.candidates, bench.link, ("bib",)) == []
    pull(bench, ada())
    (candidate,) = bench.read(ledger.candidates, bench.link, ("bib",))
    assert candidate.desired == {"bib": "512"}
    assert pull(bench, short) == Counts(received=1, unchanged=1)
    assert bench.person()["bib"] == "512"


def test_a_row_that_says_it_was_cancelled_removes_nobody_by_itself(bench: Bench) -> None:
    pull(bench, ada("1"))
    cancelled = ParticipantStatus.CANCELLED
    pull(bench, ada("1", bib="9", status=cancelled), ada("2", status=cancelled))
    assert (bench.person("1")["status"], bench.person("1")["bib"]) == ("active", "512")
    assert bench.person("2")["status"] == "cancelled"


def test_whoever_is_missing_from_a_complete_listing_is_named_but_no_walk_up(bench: Bench) -> None:
    pull(bench, ada("1"), ada("2"), ada(None))
    bench.execute("UPDATE participants SET added_here = true WHERE provider_id IS NULL")
    missing = bench.read(removals.absent, bench.event, {"1"})
    assert missing == [RemovalRecord("2", ParticipantStatus.REMOVED, unsaid=True)]

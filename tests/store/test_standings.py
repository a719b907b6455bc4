"""What moved, who is missing, whose a result is, and what an announcer reads out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from p88console.domain.errors import UsageFault
from p88console.domain.inbox import Kind
from p88console.domain.model import ParticipantRecord, ParticipantStatus, PushState, ResultRecord
from p88console.store.inbox import orphans
from p88console.store.inbox import questions as inbox
from p88console.store.mirror import participants
from p88console.store.results import revisions as results
from p88console.store.results import standings
from p88console.store.results.revisions import Missing, row_key
from p88console.store.tenancy import events
from p88console.store.work import ledger
from p88console.store.work.ledger import Settled
from tests.store.bench import PULL_SOURCE, Bench, ada, event_record
from tests.store.test_results import only, pull, record


def believed(bench: Bench, *records: ResultRecord, believe: bool = False) -> Missing:
    """A complete list of the scoring event, as a pull takes it."""
    pull(bench, *records)
    seen = {(one.remote_race_id, row_key(one)) for one in records}
    return bench.write(
        results.withdraw_missing, bench.linked(), seen, bench.clock.step(1), believe=believe
    )


def runners(*numbers: int, **changes: Any) -> list[ResultRecord]:
    return [record(remote_id=f"R{number}", bib=str(number), **changes) for number in numbers]


def test_who_is_no_longer_listed_loses_the_time_and_keeps_the_revisions(bench: Bench) -> None:
    believed(bench, *runners(1, 2))
    assert believed(bench, *runners(2)) == Missing(withdrawn=1)
    gone, _ = bench.rows("SELECT * FROM results ORDER BY id")
    assert (gone["status"], gone["gun_time_ms"], gone["place"]) == ("notstarted", None, None)
    assert gone["revision"] == 2
    assert len(bench.read(standings.revisions, bench.event)) == 3
    # told once; and whoever comes back is back
    assert believed(bench, *runners(2)) == Missing()
    believed(bench, *runners(1, 2))
    back, _ = bench.rows("SELECT * FROM results ORDER BY id")
    assert (back["gun_time_ms"], back["revision"]) == (5_400_000, 3)


def test_a_race_whose_list_is_empty_is_left_alone(bench: Bench) -> None:
    short = runners(7, remote_race_id="uuid-5k")
    believed(bench, *runners(1), *short)
    assert believed(bench, *short) == Missing()
    assert believed(bench) == Missing()
    assert {row["status"] for row in bench.rows("SELECT status FROM results")} == {"finished"}


def test_many_missing_at_once_are_not_believed_until_told(bench: Bench) -> None:
    believed(bench, *runners(*range(20)))
    assert believed(bench, *runners(*range(14))) == Missing(doubted=6)
    assert bench.count("SELECT count(*) FROM results WHERE status = 'finished'") == 20
    assert believed(bench, *runners(*range(14)), believe=True) == Missing(withdrawn=6)


def test_what_moved_is_told_with_before_and_after(bench: Bench) -> None:
    pull(bench, *runners(1, 2, 3))
    since = bench.now
    pull(
        bench,
        *runners(1, place=13),
        *runners(2),
        *runners(3, status="dq", gun_time_ms=None, place=None, chip_time_ms=None),
        *runners(4),
    )
    new, third, first = sorted(
        bench.read(standings.moved_since, bench.event, since), key=lambda move: -int(move.bib or 0)
    )
    assert new.changes["status"] == (None, "finished")
    assert third.changes["status"] == ("finished", "dq")
    assert third.changes["gun_time_ms"] == (5_400_000, None)
    assert first.changes == {"place": (12, 13)}
    assert bench.read(standings.moved_since, bench.event, bench.now) == []
    other = bench.race_ids()["502"]
    assert bench.read(standings.moved_since, bench.event, since, other) == []


def test_what_moved_back_is_no_move(bench: Bench) -> None:
    pull(bench, *runners(1))
    since = bench.now
    pull(bench, *runners(1, place=13))
    pull(bench, *runners(1))
    assert bench.read(standings.moved_since, bench.event, since) == []


def test_an_orphan_is_offered_with_the_likely_person_and_attached_by_nobody(
    bench: Bench,
) -> None:
    bench.mirror(ada(bib="521"), ada("2", bib="600", first_name="Bo", last_name="Sample"))
    pull(bench, record(), record(remote_id="Z", bib="9", status="notstarted", gun_time_ms=None))
    (orphan,) = bench.read(standings.orphans, bench.event)
    assert orphan.row["bib"] == "512"
    assert orphan.suggestion is not None
    assert orphan.suggestion.participant_id == bench.person()["id"]
    assert {row["participant_id"] for row in bench.rows("SELECT * FROM results")} == {None}


def test_what_an_operator_attached_stays_attached(bench: Bench) -> None:
    bench.mirror(ada(bib="521"))
    pull(bench, record())
    person = bench.person()["id"]
    row = bench.write(results.attach, only(bench)["id"], person, bench.now)
    assert row["participant_id"] == person
    assert pull(bench, record()).unchanged == 1
    pull(bench, record(place=1))
    assert (only(bench)["participant_id"], only(bench)["revision"]) == (person, 3)
    assert bench.read(standings.orphans, bench.event) == []


def test_a_result_is_attached_only_within_its_event(bench: Bench) -> None:
    pull(bench, record())
    result = only(bench)["id"]
    for wrong in (result + 1, result):
        with pytest.raises(UsageFault, match="there is no"):
            bench.write(results.attach, wrong, 999, bench.now)
    bench.write(participants.upsert_page, bench.other_event, [ada("9")], PULL_SOURCE, bench.now)
    with pytest.raises(UsageFault, match="different events"):
        bench.write(results.attach, result, bench.person("9")["id"], bench.now)


def test_a_bib_whose_wearer_is_another_athlete_there_attaches_nobody(bench: Bench) -> None:
    bench.mirror(ada())
    known = Settled(bench.person()["id"], PushState.VERIFIED, "ADA", {"bib": "512"}, "h")
    bench.write(ledger.settle, bench.link, [known], bench.now)
    pull(bench, record(remote_id="STRANGER"))
    assert only(bench)["participant_id"] is None


def test_a_result_stays_with_a_registration_that_was_removed_after_it(bench: Bench) -> None:
    bench.mirror(ada())
    known = Settled(bench.person()["id"], PushState.VERIFIED, "AAAA1111", {"bib": "512"}, "h")
    bench.write(ledger.settle, bench.link, [known], bench.now)
    removed = ParticipantStatus.REMOVED.value
    bench.execute("UPDATE participants SET status = :removed", removed=removed)
    pull(bench, record())
    assert only(bench)["participant_id"] == bench.person()["id"]


def test_an_orphan_is_asked_about_once_and_settles_when_its_runner_turns_up(
    bench: Bench,
) -> None:
    pull(bench, record())
    for _ in range(2):
        assert bench.write(orphans.tell, [bench.event], bench.now) == 1
    (item,) = bench.read(inbox.items, event_id=bench.event)
    assert (item.kind, item.participant_id) == (Kind.ORPHAN, None)
    assert (
        item.reason == "512 Ada Example finished in 1:30:00.0, and nobody registered answers to it"
    )
    bench.mirror(ada(bib="521"))
    bench.write(orphans.tell, [bench.event], bench.now)
    (item,) = bench.read(inbox.items, event_id=bench.event)
    assert item.participant_id == bench.person()["id"]
    assert item.reason.endswith("probably this person: same name")
    bench.write(orphans.attach, item.detail["result_id"], bench.person()["id"], bench.now)
    (decided,) = bench.read(inbox.items, event_id=bench.event, decided=True)
    assert (decided.decision, decided.decided_by) == (orphans.SETTLED, None)


def test_who_is_listed_as_not_started_may_still_be_the_one(bench: Bench) -> None:
    bench.mirror(ada(bib="521"))
    idle = {"status": "notstarted", "gun_time_ms": None, "chip_time_ms": None, "place": None}
    pull(bench, record(), record(remote_id="R521", bib="521", **idle))
    (orphan,) = bench.read(standings.orphans, bench.event)
    assert orphan.suggestion is not None
    assert orphan.suggestion.participant_id == bench.person()["id"]
    pull(bench, record(remote_id="R521", bib="521"))
    (orphan,) = bench.read(standings.orphans, bench.event)
    assert orphan.suggestion is None


class Siblings:
    """A second registration event that feeds the same scoring event."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        races = {
            race.provider_race_id: race.id
            for race in bench.read(events.event, bench.other_event).races
        }
        bench.write(
            events.link,
            bench.other_event,
            bench.copernico,
            event_record("lakeside-2026", name="Lakeside at Copernico"),
            races={races["501"]: ("uuid-half", "Half")},
            options={},
            now=bench.now,
        )
        (self.link,) = bench.read(events.event, bench.other_event).links

    def mirror(self, *people: ParticipantRecord) -> None:
        self.bench.write(
            participants.upsert_page, self.bench.other_event, people, PULL_SOURCE, self.bench.now
        )

    def pull(self, *records: ResultRecord) -> None:
        """A pull for each of the two events, as the schedule makes them."""
        for link in (self.bench.linked(), self.link):
            self.bench.write(results.upsert_results, link, records, self.bench.clock.step(60))


def test_each_row_goes_to_the_event_whose_participant_it_is(bench: Bench) -> None:
    siblings = Siblings(bench)
    bench.mirror(ada())
    siblings.mirror(ada("9", bib="900", first_name="Bo"))
    siblings.pull(record(), record(remote_id="B", bib="900"))
    rows = bench.rows("SELECT event_id, participant_id, revision FROM results ORDER BY id")
    assert [row["event_id"] for row in rows] == [bench.event, bench.other_event]
    assert [row["revision"] for row in rows] == [1, 1]
    assert all(row["participant_id"] for row in rows)


def test_an_orphan_is_told_once_over_all_events(bench: Bench) -> None:
    siblings = Siblings(bench)
    siblings.pull(record())
    told = [bench.read(standings.orphans, event) for event in (bench.event, bench.other_event)]
    assert [len(one) for one in told] == [1, 0]


def test_an_orphan_moves_to_the_event_where_its_runner_turns_up(bench: Bench) -> None:
    siblings = Siblings(bench)
    siblings.pull(record())
    siblings.mirror(ada("9"))
    siblings.pull(record())
    row = only(bench)
    assert (row["event_id"], row["link_id"]) == (bench.other_event, siblings.link.id)
    assert row["participant_id"] == bench.person("9")["id"]


def test_a_bib_worn_in_both_events_belongs_to_neither(bench: Bench) -> None:
    siblings = Siblings(bench)
    bench.mirror(ada())
    siblings.mirror(ada("9"))
    siblings.pull(record())
    assert only(bench)["participant_id"] is None


def test_the_sheet_names_the_first_of_each_gender_and_category(bench: Bench) -> None:
    people = [("1", "F", "F30"), ("2", "M", "M30"), ("3", "F", "F40"), ("4", "F", "F30")]
    bench.mirror(*(ada(one, bib=one, gender=gender) for one, gender, _ in people))
    pull(
        bench,
        *(
            replace(record(), remote_id=one, bib=one, place=int(one), category=category)
            for one, _, category in people
        ),
        record(remote_id="5", bib="5", place=None, status="running"),
    )
    groups = bench.read(standings.sheet, bench.event, top=2)
    told = [(group.gender, group.category, [row["bib"] for row in group.rows]) for group in groups]
    assert told == [
        (None, None, ["1", "2"]),
        ("F", None, ["1", "3"]),
        ("M", None, ["2"]),
        ("F", "F30", ["1", "4"]),
        ("F", "F40", ["3"]),
        ("M", "M30", ["2"]),
    ]

"""Results keep every revision, and find the runner they belong to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from p88console.domain.jobs import Counts
from p88console.domain.model import PushState, ResultRecord, Split
from p88console.store.people import lists as people
from p88console.store.results import revisions as results
from p88console.store.tenancy import events
from p88console.store.work import ledger
from p88console.store.work.ledger import Settled
from tests.store.bench import Bench, ada, event_record

FINISHED: dict[str, Any] = {
    "remote_id": "AAAA1111",
    "remote_race_id": "Half",
    "bib": "512",
    "first_name": "Ada",
    "last_name": "Example",
    "status": "finished",
    "gun_time_ms": 5_400_000,
    "chip_time_ms": 5_390_000,
    "place": 12,
    "splits": (Split("10K", 2_500_000, 2_490_000),),
}


def record(**changes: Any) -> ResultRecord:
    return ResultRecord(**(FINISHED | changes))


def pull(bench: Bench, *records: ResultRecord) -> Counts:
    return bench.write(results.upsert_results, bench.linked(), records, bench.clock.step(60))


def only(bench: Bench) -> dict[str, Any]:
    (row,) = bench.rows("SELECT * FROM results")
    return row


def acknowledge(bench: Bench, bib: str | None, remote_id: str | None = None) -> None:
    """Copernico is known to hold Ada with this bib."""
    settled = Settled(bench.person()["id"], PushState.VERIFIED, remote_id, {"bib": bib}, "h")
    bench.write(ledger.settle, bench.link, [settled], bench.now)


def test_the_same_results_twice_are_no_change(bench: Bench) -> None:
    assert pull(bench, record()) == Counts(received=1, created=1)
    assert pull(bench, record()) == Counts(received=1, unchanged=1)
    assert only(bench)["revision"] == 1


def test_every_standing_is_kept_as_a_revision(bench: Bench) -> None:
    pull(bench, record(status="running", gun_time_ms=None, chip_time_ms=None, place=None))
    pull(bench, record())
    pull(bench, record(place=11))
    revisions = bench.rows("SELECT revision, standing FROM result_revisions ORDER BY revision")
    assert [row["revision"] for row in revisions] == [1, 2, 3]
    assert [row["standing"]["status"] for row in revisions] == ["running", "finished", "finished"]
    assert [row["standing"]["place"] for row in revisions] == [None, 12, 11]
    assert (only(bench)["revision"], only(bench)["place"]) == (3, 11)


def test_a_time_withdrawn_upstream_is_withdrawn_here_and_kept_behind(bench: Bench) -> None:
    pull(bench, record())
    pull(bench, record(status="dq", gun_time_ms=None, chip_time_ms=None, place=None))
    assert (only(bench)["status"], only(bench)["gun_time_ms"]) == ("dq", None)
    first, _ = bench.rows("SELECT standing FROM result_revisions ORDER BY revision")
    assert first["standing"]["gun_time_ms"] == 5_400_000


def test_an_empty_list_withdraws_nobody(bench: Bench) -> None:
    pull(bench, record())
    assert pull(bench) == Counts()
    assert only(bench)["status"] == "finished"


def test_a_result_belongs_to_whom_the_far_side_knows_by_that_id(bench: Bench) -> None:
    bench.mirror(ada(bib="1"))
    acknowledge(bench, "1", remote_id="AAAA1111")
    pull(bench, record(bib="999"))
    assert only(bench)["participant_id"] == bench.person()["id"]


def test_without_an_id_the_bib_that_was_acknowledged_decides(bench: Bench) -> None:
    bench.mirror(ada(bib="600"))
    acknowledge(bench, "512")
    pull(bench, record(remote_id=None))
    assert only(bench)["participant_id"] == bench.person()["id"]


def test_without_any_push_the_bib_worn_here_decides(bench: Bench) -> None:
    bench.mirror(ada())
    pull(bench, record(remote_id=None))
    assert only(bench)["participant_id"] == bench.person()["id"]


def test_the_same_bib_in_another_race_is_somebody_else(bench: Bench) -> None:
    bench.mirror(ada(provider_race_id="502"))
    pull(bench, record(remote_id=None))
    assert only(bench)["participant_id"] is None


def test_a_bib_that_two_people_wear_belongs_to_neither(bench: Bench) -> None:
    bench.mirror(ada("1"), ada("2", first_name="Bea"))
    pull(bench, record(remote_id=None))
    assert only(bench)["participant_id"] is None


def test_a_result_of_nobody_known_is_kept(bench: Bench) -> None:
    assert pull(bench, record(remote_id="ZZZZ", bib=None)).created == 1
    row = only(bench)
    assert (row["participant_id"], row["first_name"]) == (None, "Ada")


def test_a_result_finds_its_runner_when_they_are_known_later(bench: Bench) -> None:
    pull(bench, record())
    bench.mirror(ada())
    assert pull(bench, record()).updated == 1
    assert only(bench)["participant_id"] == bench.person()["id"]


def test_the_far_sides_race_is_found_by_id_or_by_name(bench: Bench) -> None:
    pull(bench, record(remote_id="A", remote_race_id="uuid-half"))
    pull(bench, record(remote_id="B", remote_race_id="Half"))
    pull(bench, record(remote_id="C", remote_race_id="Fun Run"))
    half = bench.race_ids()["501"]
    rows = bench.rows("SELECT race_id FROM results ORDER BY id")
    assert [row["race_id"] for row in rows] == [half, half, None]


def test_who_runs_two_races_has_two_results(bench: Bench) -> None:
    pull(bench, record(), record(remote_race_id="5K", gun_time_ms=1_200_000))
    assert bench.count("SELECT count(*) FROM results") == 2


def test_unknown_words_for_a_standing_stay_as_they_are(bench: Bench) -> None:
    """D25."""
    pull(bench, record(status="lapped"))
    assert only(bench)["status"] == "lapped"


def test_results_are_listed_by_place_with_the_unplaced_last(bench: Bench) -> None:
    pull(
        bench,
        record(remote_id="C", place=None, status="running"),
        record(remote_id="B", place=2),
        record(remote_id="A", place=1),
    )
    listed = bench.read(people.results, bench.event, bench.race_ids()["501"])
    assert [row["row_key"][-1] for row in listed] == ["A", "B", "C"]
    assert bench.read(people.results, bench.event, bench.race_ids()["502"]) == []
    assert bench.read(people.finished_count, bench.event) == 2
    assert listed[0]["splits"] == [
        {"name": "10K", "gun_time_ms": 2_500_000, "chip_time_ms": 2_490_000}
    ]


def test_the_view_joins_results_to_people(bench: Bench) -> None:
    bench.mirror(ada())
    pull(bench, record())
    (row,) = bench.rows("SELECT provider, race, registration_id, gender FROM unified_results")
    assert row == {
        "provider": "copernico",
        "race": "Half Marathon",
        "registration_id": "1",
        "gender": "F",
    }


def test_what_is_shown_where_people_registered_is_not_pulled_back_nor_listed_twice(
    bench: Bench,
) -> None:
    """A race that was scored nowhere at first, and then at Copernico."""
    bench.mirror(ada())
    event = bench.read(events.event, bench.event)
    races = {race.id: (race.provider_race_id, race.name) for race in event.races}
    itself = event_record(event.provider_event_id)
    bench.write(
        events.link,
        event.id,
        event.account_id,
        itself,
        races=races,
        options={},
        now=bench.now,
        takes_people=False,
    )
    event = bench.read(events.event, bench.event)
    scored, own = event.links
    assert event.scored_at == [scored.account_id]
    assert replace(event, links=(own,)).scored_at == [event.account_id]
    shown = record(remote_id="1", remote_race_id="501", place=1)
    bench.write(results.upsert_results, own, [shown], bench.clock.step(60))
    (listed,) = bench.read(people.results, bench.event)
    assert (listed["link_id"], listed["place"]) == (own.id, 1)
    bench.write(results.upsert_results, scored, [record(place=2)], bench.clock.step(60))
    (listed,) = bench.read(people.results, bench.event)
    assert (listed["link_id"], listed["place"]) == (scored.id, 2)

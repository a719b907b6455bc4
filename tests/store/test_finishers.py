"""The Results room's reads: standings in their order, what moved, the finish by minute and pace."""

from __future__ import annotations

from typing import Any

import pytest

from p88console.domain.errors import UsageFault
from p88console.domain.model import ResultRecord, Split
from p88console.store.people import lists as people
from p88console.store.people import story
from p88console.store.results import revisions as results
from p88console.store.windows import finishers
from p88console.store.windows.result_rows import ResultFacet, ResultQuery, ResultRow
from tests.store.bench import GUN, Bench, ada, timed_twice


def record(bib: str, **changes: Any) -> ResultRecord:
    plain: dict[str, Any] = {
        "remote_id": None,
        "remote_race_id": "Half",
        "bib": bib,
        "first_name": "Ada",
        "last_name": "Example",
        "status": "finished",
        "gun_time_ms": 5_400_000,
        "place": 1,
    }
    return ResultRecord(**(plain | changes))


def pull(bench: Bench, *records: ResultRecord) -> None:
    bench.write(results.upsert_results, bench.linked(), records, bench.clock.step(60))


def listed(bench: Bench, **changes: Any) -> list[ResultRow]:
    query = ResultQuery(**({"event_id": bench.event} | changes))
    rows = bench.read(finishers.page, query, 0, 100)
    assert bench.read(finishers.count, query) == len(rows)
    for number, row in enumerate(rows):
        assert bench.read(finishers.place, query, row.id) == number
    return rows


def field(bench: Bench) -> None:
    bench.mirror(ada("1"), ada("2", bib="51", first_name="Zoë", last_name="de la Cruz"))
    pull(
        bench,
        record("51", place=2, gun_time_ms=5_460_000, last_name="de la Cruz"),
        record("512"),
        record("9014", place=3, gun_time_ms=5_520_000, last_name="Nobody"),
        record("77", status="running", place=None, gun_time_ms=None),
        record("5", remote_race_id="5K", gun_time_ms=1_200_000),
    )


def test_standings_are_listed_race_by_race_and_by_place(bench: Bench) -> None:
    field(bench)
    assert [row.bib for row in listed(bench)] == ["512", "51", "9014", "77", "5"]
    half = bench.race_ids()["501"]
    assert [row.bib for row in listed(bench, race_id=half)] == ["512", "51", "9014", "77"]
    races = bench.read(finishers.races, bench.event)
    assert [(race.name, race.results) for race in races] == [("Half Marathon", 4), ("5K", 1)]


@pytest.mark.parametrize(
    ("text", "bibs"),
    [("51", ["512", "51"]), ("cruz zoe", ["51"]), ("nobody", ["9014"]), ("zzz", []), ("%", [])],
)
def test_a_standing_is_found_by_bib_or_name(bench: Bench, text: str, bibs: list[str]) -> None:
    field(bench)
    assert [row.bib for row in listed(bench, text=text)] == bibs


def test_what_moved_is_told_with_what_it_was(bench: Bench) -> None:
    field(bench)
    since = bench.now
    pull(bench, record("512", place=2), record("51", place=1, gun_time_ms=5_390_000))
    moved = listed(bench, facet=ResultFacet.MOVED, since=since)
    assert [(row.bib, row.place, row.before and row.before["place"]) for row in moved] == [
        ("51", 1, 2),
        ("512", 2, 1),
    ]
    assert [row.bib for row in listed(bench, facet=ResultFacet.NOBODYS)] == ["9014", "77", "5"]
    counts = bench.read(finishers.facet_counts, bench.event, since)
    assert counts == {ResultFacet.ALL: 5, ResultFacet.MOVED: 2, ResultFacet.NOBODYS: 3}


def test_the_finish_is_counted_by_minute_of_the_day_and_by_pace(bench: Bench) -> None:
    field(bench)
    half = bench.race_ids()["501"]
    finish = bench.read(finishers.finish, bench.event, half)
    gun = int(GUN.timestamp() // 60)
    assert finish.minutes == {gun + 90: 1, gun + 91: 1, gun + 92: 1}
    assert finish.statuses == {"finished": 3, "running": 1}
    assert finish.paces == {250: 2, 260: 1}
    assert finish.registered == 2


def test_one_result_is_told_with_every_revision(bench: Bench) -> None:
    pull(bench, record("9014", status="running", place=None, gun_time_ms=None))
    pull(bench, record("9014", splits=(Split("10K", 2_500_000),)))
    (row,) = listed(bench)
    assert row.split == ("10K", 2_500_000)
    told = bench.read(finishers.result, row.id)
    assert (told.provider, told.race_name) == ("copernico", "Half Marathon")
    assert [one.standing["status"] for one in told.revisions] == ["running", "finished"]
    with pytest.raises(UsageFault):
        bench.read(finishers.result, 4711)


def test_a_runner_of_two_scoring_systems_is_listed_and_counted_once(bench: Bench) -> None:
    bench.mirror(ada("1"), ada("2", bib="51"))
    waiting = record("51", status="notstarted", place=None, gun_time_ms=None)
    pull(bench, record("512"), waiting)
    second = timed_twice(bench)
    timed = [record("512", gun_time_ms=5_400_900), record("51", place=2, gun_time_ms=5_460_000)]
    bench.write(results.upsert_results, second, timed, bench.clock.step(60))
    rows = listed(bench)
    # who has not started at the first system is told by the one where they have
    assert [(row.bib, row.gun_time_ms) for row in rows] == [("512", 5_400_000), ("51", 5_460_000)]
    half, _ = bench.read(finishers.races, bench.event)
    finish = bench.read(finishers.finish, bench.event, None)
    assert half.results == sum(finish.minutes.values()) == 2
    assert finish.statuses == {"finished": 2}
    assert bench.read(people.finished_count, bench.event) == 2
    everybody, women = bench.read(finishers.leaders, bench.event, None, 3)
    assert (everybody.everybody, women.everybody, women.gender) == (True, False, "F")
    assert [one.bib for one in everybody.leaders] == ["512", "51"]
    told = bench.rows("SELECT bib, provider FROM unified_results WHERE leads ORDER BY place")
    assert [(row["bib"], row["provider"]) for row in told] == [
        ("512", "copernico"),
        ("51", "chronotrack"),
    ]
    whole = bench.read(story.person, bench.person()["id"])
    assert [one.provider for one in whole.results] == ["copernico", "chronotrack"]

"""Race Roster's public results site, and results as a timer posts them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from p88console.sandbox.raceroster.times import read_time, time_text

from .roster import Roster

HALF = "Half Marathon"
ROW: dict[str, Any] = {
    "bib": "101",
    "firstName": "Ada",
    "lastName": "Lovelace",
    "gender": 2,
    "age": 34,
    "gunTime": "0:43:10.0",
    "chipTime": "0:42:55.3",
    "overallPlace": 1,
    "genderPlace": 1,
    "divisionPlace": 1,
    "division": "F30-34",
    "raceStatus": "COMPLETE",
}


async def test_the_site_knows_the_event_and_its_races(roster: Roster) -> None:
    data = (await roster.site(f"/events/{roster.code}"))["data"]
    assert data["id"] == data["event"]["uniqueCode"] == roster.code
    (half, *_) = data["event"]["subEvents"]
    assert (half["name"], half["hasResults"], half["resultCount"]) == (HALF, False, 0)
    assert half["id"] not in roster.server.catalog.sub_event_ids
    event = (await roster.body(f"/events/{roster.event_id}"))["data"]
    assert event["resultsUrl"].endswith(f"/{roster.code}")
    one = (await roster.site(f"/events/{roster.code}/sub-events/{half['id']}"))["data"]
    assert one["distanceMeters"] == 21097
    assert one["columns"]
    assert one["filters"]


async def test_finishers_come_as_the_clock_goes_on(roster: Roster) -> None:
    race = roster.world.races[0]
    finishers = roster.finishers(race)
    assert len(finishers) > 30
    assert (await roster.results(HALF))["data"] == []
    tenth = finishers[9].finish_at
    assert tenth is not None
    roster.clock.set(tenth)
    page = await roster.results(HALF)
    assert len(page["data"]) == page["meta"]["totalResults"] == 10
    assert [row["overallPlace"] for row in page["data"]] == list(range(1, 11))
    roster.clock.set(roster.world.day.over)
    page = await roster.results(HALF, limit=100)
    names = [f"{one.person.first_name} {one.person.last_name}".strip() for one in finishers]
    assert [row["name"] for row in page["data"]] == names
    for row, runner in zip(page["data"], finishers, strict=True):
        start, finish = runner.crossings[0], runner.crossings[-1]
        assert start is not None
        assert finish is not None
        assert row["chipTime"] == time_text(finish - start)
        assert row["overallPace"].endswith(" ")


async def test_a_listing_has_the_columns_that_are_on(roster: Roster) -> None:
    roster.clock.set(roster.world.day.over)
    row = (await roster.results(HALF))["data"][0]
    assert not row.keys() & {"bib", "gunTime"}
    await roster.control("/ways", {"bib_column": True, "gun_time_column": True})
    page = await roster.results(HALF)
    first = roster.finishers(roster.world.races[0])[0]
    assert page["data"][0]["bib"] == str(first.bib)
    assert page["data"][0]["gunTime"] == time_text(first.crossings[-1])
    assert {"bib", "gunTime"} < {column["col"] for column in page["meta"]["listingColumns"]}


async def test_pages_have_sizes_from_a_set_and_no_other_parameters(roster: Roster) -> None:
    roster.clock.set(roster.world.day.over)
    everything = (await roster.results(HALF, limit=1000))["data"]
    rest = await roster.results(HALF, limit=50, start=20)
    assert rest["data"] == everything[20:70]
    assert (await roster.results(HALF, start=5_000))["data"] == []
    found = await roster.results(HALF, filter_search=everything[0]["name"].upper())
    assert found["data"][0] == everything[0]
    assert found["meta"]["filteredResults"] < found["meta"]["totalResults"]
    number = roster.results_races[HALF]
    event = roster.server.catalog.result_event_id
    path = f"/v2/api/result-events/{event}/sub-events/{number}/results"
    for query in ({"limit": "25"}, {"page": "1"}, {"offset": "50"}, {"start": "x"}):
        assert (await roster.http.get(path, params=query)).status_code == 400
    missing = [f"/v2/api/result-events/1/sub-events/{number}/results", "/v2/api/results/nothing"]
    missing += [path.replace(str(number), "7"), "/v2/api/events/nobody"]
    for path in missing:
        assert (await roster.http.get(path)).status_code == 404


async def test_a_result_by_itself_has_the_bib_and_many_kinds_of_nothing(roster: Roster) -> None:
    roster.clock.set(roster.world.day.over)
    race = roster.world.races[0]
    runner = roster.finishers(race)[0]
    key = (await roster.results(HALF))["data"][0]["id"]
    flat = (await roster.site(f"/results/{key}"))["data"]
    assert flat["bib"] == str(runner.bib)
    assert flat["raceStatus"] == "COMPLETE"
    assert flat["gunTimeSec"] == (runner.crossings[-1] or 0) // 1000
    assert flat["genderPlaceLabel"] == f"{flat['genderPlace']} / {flat['genderPlaceCount']}"
    assert (flat["finalTime"], flat["chipStartTime"], flat["ageGroupPlace"]) == (None, "", "")
    assert flat["genderSexId"] != flat["gender"]
    detail = (await roster.site(f"/events/{roster.code}/detail/{key}"))["data"]
    assert detail.keys() == {
        *("result", "participant", "finisherCertificate", "stats", "segmentResults"),
    }
    labels = [segment["label"] for segment in detail["result"]["segments"]]
    assert labels == ["5K", "10K", "15K"]
    assert detail["result"] == {**flat, "segments": detail["result"]["segments"]}


async def test_people_are_found_by_name_and_bib(roster: Roster) -> None:
    roster.clock.set(roster.world.day.over)
    runner = roster.finishers(roster.world.races[1])[0]
    path = f"/events/{roster.code}/participant-search"
    found = (await roster.site(path, phrase=runner.bib))["data"]
    assert [hit["bib"] for hit in found["exact"]] == [str(runner.bib)]
    assert found["exact"][0]["resultSubEventId"] == str(roster.results_races["10K"])
    part = (await roster.site(path, phrase=runner.person.first_name[:-1]))["data"]
    assert str(runner.bib) in [hit["bib"] for hit in part["other"]]
    assert (await roster.site(path))["data"] == {"exact": [], "other": []}


async def test_only_those_who_stand_are_shown(roster: Roster) -> None:
    first = roster.finishers(roster.world.races[0])[0]
    roster.clock.set(first.race.starts_at - timedelta(minutes=5))
    ledger = (await roster.ledger())["registrations"]
    number = next(row["id"] for row in ledger if row["bib"] == first.bib)
    await roster.control(f"/registrations/{number}/remove", {"reason": "cancelled"})
    roster.clock.set(roster.world.day.over)
    page = await roster.results(HALF)
    assert page["meta"]["totalResults"] == len(roster.finishers(first.race)) - 1
    assert page["data"][0]["overallPlace"] == 1


async def test_posted_results_are_read_back_and_become_what_is_shown(roster: Roster) -> None:
    roster.clock.set(roster.world.day.over)
    stayed_out = {"bib": "102", "firstName": "Bo", "lastName": "", "raceStatus": "DNF"}
    answer = await roster.post_results(HALF, [stayed_out, ROW])
    assert answer.status_code == 201
    ids = [one["resultId"] for one in answer.json()["data"]]
    path = f"/events/{roster.event_id}/results"
    number = roster.results_races[HALF]
    back = (await roster.body(path, resultsRaceId=number))["data"]
    assert [row["resultId"] for row in back] == ids
    assert back[1] == {"resultId": ids[1], **ROW, "isActive": True}
    assert (await roster.body(path, resultsRaceId=number, page=2, perPage=1))["data"] == back[1:]
    assert (await roster.body(path, resultsRaceId=number, page=3, perPage=1))["data"] == []
    page = await roster.results(HALF)
    assert [row["name"] for row in page["data"]] == ["Ada Lovelace", "Bo"]
    assert [row["overallPlace"] for row in page["data"]] == [1, ""]
    done, gave_up = [(await roster.site(f"/results/{row['id']}"))["data"] for row in page["data"]]
    assert (done["gunTime"], done["chipTime"]) == ("43:10", "42:55.3")
    assert (done["gunTimeSec"], done["chipTimeSec"]) == (2590, 2575)
    assert (gave_up["raceStatus"], gave_up["gunTime"], gave_up["gunTimeSec"]) == ("DNF", None, None)
    assert (await roster.results("5K"))["meta"]["totalResults"] > 5
    assert (await roster.ledger())["results_posted"] == 2


async def test_a_result_is_taken_back_by_its_active_flag(roster: Roster) -> None:
    (one,) = (await roster.post_results(HALF, [ROW])).json()["data"]
    path = f"/events/{roster.event_id}/results/{one['resultId']}"
    patched = await roster.call(path, method="PATCH", json={"isActive": False})
    assert (patched.status_code, patched.json()["data"]["isActive"]) == (200, False)
    assert (await roster.results(HALF))["data"] == []
    again = await roster.post_results(HALF, [ROW | {"gunTime": "43:11"}])
    assert again.status_code == 201
    assert [row["name"] for row in (await roster.results(HALF))["data"]] == ["Ada Lovelace"]
    for wrong, status in ((path + "0", 404), (path, 400)):
        body = {"isActive": True} if status == 404 else {"isActive": "yes"}
        assert (await roster.call(wrong, method="PATCH", json=body)).status_code == status


async def test_posting_a_bib_again_adds_or_overwrites(roster: Roster) -> None:
    await roster.post_results(HALF, [ROW])
    await roster.post_results(HALF, [ROW | {"gunTime": "43:20"}])
    assert (await roster.results(HALF))["meta"]["totalResults"] == 2
    await roster.control("/ways", {"post_overwrites": True})
    await roster.post_results("5K", [ROW])
    await roster.post_results("5K", [ROW | {"chipTime": "43:20"}])
    assert [row["chipTime"] for row in (await roster.results("5K"))["data"]] == ["43:20"]


@pytest.mark.parametrize(
    "changes",
    [
        {"bib": None, "firstName": None, "lastName": ""},
        {"gender": "F"},
        {"raceStatus": "FINISHED"},
        {"gunTime": "43 minutes"},
        {"chipTime": "1:2:3"},
        {"overallPlace": "first"},
    ],
)
async def test_one_bad_row_refuses_the_post(roster: Roster, changes: dict[str, Any]) -> None:
    answer = await roster.post_results(HALF, [ROW, ROW | changes])
    assert answer.status_code == 400
    assert "results.1" in answer.json()["message"]
    assert (await roster.ledger())["results_posted"] == 0


async def test_a_post_needs_rows_and_a_results_race(roster: Roster) -> None:
    path = f"/events/{roster.event_id}/results"
    sub_event = roster.server.catalog.sub_event_ids[0]
    number = roster.results_races[HALF]
    bodies: list[object] = [
        [],
        {"results": [ROW]},
        {"resultsRaceId": sub_event, "results": [ROW]},
        {"resultsRaceId": number, "results": []},
        {"resultsRaceId": number, "results": ["row"]},
    ]
    for body in bodies:
        assert (await roster.call(path, method="POST", json=body)).status_code == 400
    assert (await roster.call(path)).status_code == 400


async def test_a_draft_takes_no_results(roster: Roster) -> None:
    (one,) = (await roster.post_results(HALF, [ROW])).json()["data"]
    await roster.control("/ways", {"event_type": "DRAFT"})
    assert (await roster.post_results(HALF, [ROW])).status_code == 400
    path = f"/events/{roster.event_id}/results/{one['resultId']}"
    answer = await roster.call(path, method="PATCH", json={"isActive": False})
    assert answer.status_code == 400
    await roster.control("/ways", {"event_type": "DEMO"})
    assert (await roster.post_results(HALF, [ROW])).status_code == 201


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("16:21.6", 981_600),
        ("1:08:58.1", 4_138_100),
        ("2:22:47", 8_567_000),
        ("09:05", 545_000),
    ],
)
def test_times_are_written_and_read_alike(text: str, ms: int) -> None:
    assert time_text(ms) == text
    assert read_time(text) == ms

"""Copernico's read calls: keys, envelope, and the shapes of its rows."""

from __future__ import annotations

import httpx

from p88console.sandbox.copernico import CopernicoServer
from p88console.sandbox.serve import Sandbox
from p88console.sandbox.world import World

from .rig import HandClock, Practice

EVENT_KEYS = {
    *("id", "event", "name", "type", "distance", "startTime", "athletes", "status", "waves"),
    *("splits", "categories", "attributes", "locations", "maps"),
}
ROOT_KEYS = {
    *("id", "name", "surname", "gender", "birthdate", "nationality", "club", "document", "e-mail"),
    *("phone", "box", "color", "featured", "locations", "events"),
}
ATHLETE_EVENT_KEYS = {
    *("event", "dorsal", "chip", "category", "team", "team_type", "status", "realStatus"),
    *("distance", "gunTime", "gunTimeMode", "gunTimeModeConfig", "startTime", "startRawTime"),
    *("startNetTime", "auto_category", "auto_chip", "attributes", "splitsSeen", "splitsMissing"),
    *("maxConsecutiveSplitsMissing", "last_split_seen", "issuesCount", "leader_weight", "leader"),
    *("calculatedTimes", "times", "rankings", "backups", "mst", "predictive", "custom-rankings"),
    *("penalties", "commentator", "commentatorTimes"),
}
TIME_KEYS = {
    "split",
    "order",
    "distance",
    "time",
    "netTime",
    "average",
    "averageNet",
    "rawTime",
    "weight",
    "raw",
}
RAW_KEYS = {
    *("chip", "created", "device", "import", "importId", "location", "offset", "originalTime"),
    *("rawTime", "rewind", "rewindId", "time", "times", "valid"),
}
RANKING_KEYS = {
    *("location", "time", "net", "average", "averageNet", "rawTime", "pos", "posGen", "posCat"),
    *("posNet", "posGenNet", "posCatNet"),
}
LEADER_KEYS = {
    "split",
    "location",
    "time",
    "average",
    "rawTime",
    "pos",
    "posGen",
    "posCat",
    "weight",
}
LEADER_ROW_KEYS = {
    *("id", "dorsal", "time", "name", "surname", "club", "category", "average", "split"),
    *("location", "rawTime", "pos"),
}
PRESET_KEYS = {
    *("surname", "name", "gender", "birthdate", "event", "dorsal", "category", "gunTime"),
    *("status", "startRawTime", "times.official_:::start:::", "times.official_5K"),
    "times.official_:::finish:::",
}


async def test_race_and_athlete_calls_want_the_key(practice: Practice) -> None:
    base = f"{practice.copernico_url}/api/races"
    slug = practice.copernico.slug
    paths = ("", f"/{slug}", f"/{slug}/athletes", f"/{slug}/athlete/x", f"/{slug}/athlete/x/full")
    for path in paths:
        for headers in ({}, {"x-api-key": "wrong"}):
            answer = await practice.http.get(base + path, headers=headers)
            assert (answer.status_code, answer.json()) == (403, {"message": "Forbidden"})


async def test_the_race_shows_its_events(practice: Practice) -> None:
    race = await practice.data("")
    assert race["id"] == practice.copernico.slug
    assert [event["id"] for event in race["events"]] == ["Half Marathon", "10K", "5K"]
    event = race["events"][1]
    assert event.keys() == EVENT_KEYS
    assert event["id"] == event["event"] == event["name"]
    assert event["startTime"] == "2026-10-17T12:45:00.000Z"
    assert event["status"] == {"finished": False, "wavesStarted": False}
    kinds = [(split["name"], split["type"], split["order"]) for split in event["splits"]]
    assert kinds == [("Start", "start", 1), ("5K", "standard", 2), ("Finish", "finish", 3)]
    assert event["categories"][0].keys() == {"name", "gender", "isAgeBased", "from", "to"}


async def test_unknown_things_are_answered_as_such(practice: Practice) -> None:
    headers = {"x-api-key": practice.copernico.api_key}
    url = f"{practice.copernico_url}/api/races/no-such-race"
    answer = await practice.http.get(url, headers=headers)
    assert answer.status_code == 404
    assert answer.json()["result"]["code"] not in {0, 1}
    assert (await practice.cop("/leaders/Marathon/all")).status_code == 404
    assert (await practice.cop("/preset/someone:::else/10K")).status_code == 404
    assert (await practice.cop("/nothing/here")).status_code == 404
    nobody = (await practice.cop("/athlete/nobody")).json()
    assert nobody == {"result": {"code": 1, "message": ""}, "data": {}}


async def test_an_athlete_before_the_gun_has_no_times(practice: Practice) -> None:
    await practice.push_everybody()
    athlete = await practice.data("/athlete/r0/full")
    assert athlete.keys() == ROOT_KEYS
    (event,) = athlete["events"]
    assert event.keys() == ATHLETE_EVENT_KEYS
    assert event["status"] == event["realStatus"] == "notstarted"
    assert (event["times"], event["rankings"], event["startRawTime"]) == ({}, {}, None)
    assert (await practice.data("/athlete/r0"))["events"] == athlete["events"]


async def test_a_finisher_is_told_in_full(practice: Practice) -> None:
    await practice.push_everybody()
    practice.clock.set(practice.world.day.over)
    runner = next(
        one
        for one in practice.world.runners
        if one.race.number == 0 and one.finishes and None not in one.crossings
    )
    athlete = await practice.data(f"/athlete/r{runner.number}/full")
    (event,) = athlete["events"]
    start, finish = runner.crossings[0], runner.crossings[-1]
    assert start is not None
    assert finish is not None
    assert event["dorsal"] == str(runner.bib)
    assert event["chip"] == [runner.bib]
    assert event["times"].keys() == {"Start", "5K", "10K", "15K", "Finish"}
    time = event["times"]["Finish"]
    assert time.keys() == TIME_KEYS
    assert time["raw"].keys() == RAW_KEYS
    assert event["times"]["Start"].keys() == TIME_KEYS - {"rawTime", "weight"}
    assert (time["time"], time["netTime"]) == (finish, finish - start)
    assert time["average"] == round(finish / 1000 / 21097, 5)
    assert time["rawTime"] - event["startRawTime"] == time["netTime"]
    ranking = event["rankings"]["Finish"]
    assert ranking.keys() == RANKING_KEYS
    assert ranking["pos"] == 1 + sum(
        (other.crossings[-1] or finish) < finish
        for other in practice.world.runners
        if other.race is runner.race
    )
    assert event["leader"].keys() == LEADER_KEYS
    assert event["calculatedTimes"]["Finish"] == {"official": finish, "net": finish - start}
    assert (event["splitsSeen"], event["splitsMissing"]) == (5, 0)
    assert event["last_split_seen"] == "Finish"


async def test_preset_rows_have_the_captured_columns(practice: Practice) -> None:
    await practice.push_everybody()
    practice.clock.set(practice.world.day.over)
    rows = await practice.preset("10K")
    assert rows[0].keys() == PRESET_KEYS | {"id"}
    assert {type(row["dorsal"]) for row in rows} <= {int, str}
    finisher = next(row for row in rows if row["status"] == "finished")
    started = finisher["times.official_:::start:::"]
    gun = practice.world.races[1].gun_at.timestamp() * 1000
    assert finisher["startRawTime"] - round(gun) == started
    assert finisher["gunTime"].startswith("2026-10-17T12:45:0")
    other = next((row for row in rows if row["status"] == "notstarted"), None)
    assert other is None or other["startRawTime"] is None


async def test_numbers_are_numbers_in_a_preset_unless_entered_by_hand(practice: Practice) -> None:
    five_k = {"raceId": practice.copernico.race_uuid, "eventId": "5K"}
    rows = [
        {"id": "a", "name": "A", "dorsal": "12", "birthdate": "1990-01-01", **five_k},
        {"id": "b", "name": "B", "dorsal": "0012", "birthdate": "1990-01-01", **five_k},
        {"id": "c", "name": "C", "dorsal": "13", **five_k},
    ]
    assert (await practice.push(rows)).status_code == 200
    assert [row["dorsal"] for row in await practice.preset("5K")] == [12, "0012", "13"]


async def test_leaders_come_by_group_and_page(practice: Practice) -> None:
    await practice.push_everybody()
    assert await practice.data("/leaders/5K/all") == []
    practice.clock.set(practice.world.day.over)
    everyone = await practice.data("/leaders/Half Marathon/all", limit=200, fields="nationality")
    assert everyone[0].keys() == LEADER_ROW_KEYS | {"nationality"}
    assert [row["pos"] for row in everyone] == list(range(1, len(everyone) + 1))
    finishers = [row for row in everyone if row["split"] == "Finish"]
    assert finishers == sorted(finishers, key=lambda row: row["time"])
    assert everyone[: len(finishers)] == finishers
    pages = [
        row
        for page in (1, 2)
        for row in await practice.data("/leaders/Half Marathon/all", limit=10, page=page)
    ]
    assert [row["id"] for row in pages] == [row["id"] for row in everyone[:20]]
    women = await practice.data("/leaders/Half Marathon/gender:female", limit=200)
    assert 0 < len(women) < len(everyone)
    assert women[0]["pos"] == 1
    category = everyone[0]["category"]
    same = await practice.data(f"/leaders/Half Marathon/category:{category}", limit=200)
    assert {row["category"] for row in same} == {category}


async def test_the_athletes_list_and_several_at_once(practice: Practice) -> None:
    await practice.push_everybody()
    listed = await practice.data("/athletes")
    assert len(listed) == len(practice.world.runners)
    assert listed[0].keys() == ROOT_KEYS
    assert listed[0]["events"][0]["dorsal"] == str(practice.world.runners[0].bib)
    several = await practice.data("/athletes/r0,r1,nobody")
    assert [athlete["id"] for athlete in several] == ["r0", "r1"]


async def test_the_other_forms_that_were_seen(world: World, clock: HandClock) -> None:
    server = CopernicoServer(
        world, clock, athletes_as_ids=True, races_as_objects=True, preset_ids=False
    )
    async with Sandbox(world, clock, servers=[server]) as sandbox, httpx.AsyncClient() as http:
        base, headers = sandbox.base_url(server.provider), {"x-api-key": server.api_key}
        row = {"id": "a", "name": "A", "dorsal": "12", "eventId": "10K"}
        await http.post(f"{base}/race-registrations/{server.race_uuid}", json=[row])
        races = (await http.get(f"{base}/api/races", headers=headers)).json()
        assert [race["id"] for race in races["data"]] == [server.slug]
        listed = await http.get(f"{base}/api/races/{server.slug}/athletes", headers=headers)
        assert listed.json()["data"] == ["a"]
        saved = f"{server.preset_login}:::{server.preset_name}"
        preset = await http.get(f"{base}/api/races/{server.slug}/preset/{saved}/10K")
        assert preset.json()["data"][0].keys() == PRESET_KEYS


async def test_a_preset_that_is_too_large_fails(world: World, clock: HandClock) -> None:
    server = CopernicoServer(world, clock, largest_preset=100)
    async with Sandbox(world, clock, servers=[server]) as sandbox, httpx.AsyncClient() as http:
        base = sandbox.base_url(server.provider)
        row = {"id": "a", "name": "A", "dorsal": "12", "eventId": "10K"}
        await http.post(f"{base}/race-registrations/{server.race_uuid}", json=[row])
        saved = f"{server.preset_login}:::{server.preset_name}"
        answer = await http.get(f"{base}/api/races/{server.slug}/preset/{saved}/10K")
        assert answer.status_code == 502

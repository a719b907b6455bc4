"""Entries at ChronoTrack: writing them in the assumed form, and reading them back."""

from __future__ import annotations

from typing import Any

import pytest

from p88console.sandbox.day import Runner
from p88console.sandbox.world import World

from .rig import HandClock
from .timer import Timer, entry_of, timing

ENTRY_KEYS = {
    *("entry_id", "entry_external_id", "entry_type", "entry_status", "entry_bib", "entry_name"),
    *("entry_race_age", "athlete_id", "athlete_first_name", "athlete_last_name", "athlete_sex"),
    *("athlete_birthdate", "athlete_email", "athlete_home_phone", "athlete_mobile_phone"),
    *("location_street", "location_street2", "location_city", "location_region"),
    *("location_postal_code", "location_country", "race_id", "race_name", "reg_choice_id"),
    *("reg_choice_name", "bracket_name", "wave_name", "team_name"),
}


@pytest.fixture
def runner(world: World) -> Runner:
    return next(one for one in world.runners if one.race.number == 0 and one.finishes)


async def test_the_event_begins_without_entries(timer: Timer) -> None:
    assert await timer.rows(f"{timer.event}/entry") == []
    ledger = await timer.ledger()
    assert (ledger["entries"], ledger["created"], ledger["finished"]) == ([], 0, 0)


async def test_an_entry_is_made_under_its_race_and_read_everywhere(
    timer: Timer, runner: Runner
) -> None:
    race = timer.race_id(runner.race)
    answer = await timer.write("POST", f"/race/{race}/entry", entry_of(runner))
    assert answer.status_code == 201
    entry = answer.json()["entry"]
    assert entry.keys() == ENTRY_KEYS
    assert entry.items() >= entry_of(runner).items()
    assert (entry["race_id"], entry["race_name"]) == (race, "Half Marathon")
    assert (entry["entry_type"], entry["entry_status"]) == ("IND", "CONF")
    assert entry["entry_name"] == f"{runner.person.first_name} {runner.person.last_name}"
    assert await timer.one(f"/entry/{entry['entry_id']}", "entry") == entry
    assert await timer.rows(f"/race/{race}/entry") == [entry]
    assert await timer.rows(f"{timer.event}/entry") == [entry]
    assert await timer.rows(f"/race/{timer.race_id(timer.world.races[1])}/entry") == []


async def test_under_the_event_the_body_names_the_race(timer: Timer, runner: Runner) -> None:
    path, body = f"{timer.event}/entry", entry_of(runner)
    for wrong in ({}, {"race_id": "1"}):
        assert (await timer.write("POST", path, body | wrong)).status_code == 400
    body["race_id"] = int(timer.race_id(runner.race))
    made = await timer.http.post(f"{timer.url}/api{path}", params=timer.signed, data=body)
    assert made.status_code == 201
    assert made.json()["entry"]["race_name"] == "Half Marathon"
    assert made.json()["entry"]["entry_external_id"] == f"r{runner.number}"


async def test_a_known_external_id_is_updated_not_doubled(timer: Timer, runner: Runner) -> None:
    first = await timer.create(runner)
    path = f"/race/{timer.race_id(runner.race)}/entry"
    again = await timer.write("POST", path, entry_of(runner) | {"athlete_first_name": "Right"})
    assert again.status_code == 200
    assert again.json()["entry"]["entry_id"] == first["entry_id"]
    ledger = await timer.ledger()
    assert [row["external_id"] for row in ledger["entries"]] == [f"r{runner.number}"]
    assert (ledger["writes"], ledger["created"], ledger["updated"]) == (2, 1, 1)
    moved = await timer.write(
        "POST", f"/race/{timer.race_id(timer.world.races[2])}/entry", entry_of(runner)
    )
    assert moved.json()["entry"]["entry_id"] == first["entry_id"]
    assert moved.json()["entry"]["race_name"] == "5K"
    assert await timer.rows(path) == []


async def test_without_an_external_id_somebody_new_is_made_each_time(
    timer: Timer, runner: Runner
) -> None:
    ids = {(await timer.create(runner, entry_external_id="")).get("entry_id") for _ in range(2)}
    assert len(ids) == 2


async def test_an_update_touches_only_what_is_sent(timer: Timer, runner: Runner) -> None:
    entry = await timer.create(runner)
    path = f"/entry/{entry['entry_id']}"
    answer = await timer.write("PUT", path, {"entry_bib": "0007", "athlete_email": ""})
    assert answer.status_code == 200
    changed = {"entry_bib": "0007", "athlete_email": None}
    assert answer.json() == {"entry": entry | changed}
    race = timer.race_id(timer.world.races[1])
    await timer.write("PUT", path, {"race_id": race})
    assert (await timer.one(path, "entry"))["race_id"] == race
    assert [row["entry_id"] for row in await timer.rows(f"/race/{race}/entry")] == [
        entry["entry_id"]
    ]
    assert (await timer.write("PUT", "/entry/1", {"entry_bib": "1"})).status_code == 404


async def test_a_changed_external_id_leaves_the_old_one_free(timer: Timer, runner: Runner) -> None:
    entry = await timer.create(runner)
    await timer.write("PUT", f"/entry/{entry['entry_id']}", {"entry_external_id": "other"})
    assert (await timer.create(runner))["entry_id"] != entry["entry_id"]
    again = await timer.create(runner, entry_external_id="other")
    assert again["entry_id"] == entry["entry_id"]


@pytest.mark.parametrize(
    "changes",
    [
        {"athlete_first_name": "", "athlete_last_name": None},
        {"athlete_sex": "female"},
        {"athlete_birthdate": "2/3/1984"},
        {"athlete_birthdate": "19840203"},
        {"entry_bib": {"number": "7"}},
        {"entry_bib": True},
    ],
)
async def test_what_cannot_be_an_entry_is_refused(
    timer: Timer, runner: Runner, changes: dict[str, Any]
) -> None:
    race = timer.race_id(runner.race)
    answer = await timer.write("POST", f"/race/{race}/entry", entry_of(runner) | changes)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "400"
    assert (await timer.ledger())["entries"] == []


async def test_only_an_object_for_a_known_place_is_taken(timer: Timer, runner: Runner) -> None:
    race = timer.race_id(runner.race)
    assert (await timer.write("POST", f"/race/{race}/entry", [entry_of(runner)])).status_code == 400
    assert (await timer.write("POST", "/race/1/entry", entry_of(runner))).status_code == 404
    assert (await timer.write("POST", "/event/1/entry", entry_of(runner))).status_code == 404
    broken = await timer.http.post(
        f"{timer.url}/api/race/{race}/entry",
        params=timer.signed,
        content=b"{",
        headers={"Content-Type": "application/json"},
    )
    assert broken.status_code == 400
    other = entry_of(runner) | {"race_id": timer.race_id(timer.world.races[1])}
    assert (await timer.write("POST", f"/race/{race}/entry", other)).status_code == 400


async def test_unknown_fields_are_ignored_silently(timer: Timer, runner: Runner) -> None:
    entry = await timer.create(runner, entry_shirt="M", entry_id="1", entry_name="Nobody")
    assert entry.keys() == ENTRY_KEYS
    assert entry["entry_name"].startswith(runner.person.first_name)
    assert entry["entry_id"] != "1"


async def test_brackets_follow_age_and_sex(timer: Timer, runner: Runner) -> None:
    people: list[tuple[str | None, str | None, str | None, str | None, str | None]] = [
        ("1986-10-17", None, "F", "40", "F40-49"),
        ("1986-10-18", "12", "M", "39", "M30-39"),
        (None, "71", "F", "71", "F70-99"),
        ("1986-10-17", None, "X", "40", None),
        (None, None, "M", None, None),
    ]
    for number, (born, sent_age, sex, age, bracket) in enumerate(people):
        entry = await timer.create(
            runner,
            entry_external_id=f"b{number}",
            athlete_birthdate=born,
            entry_race_age=sent_age,
            athlete_sex=sex,
        )
        assert (entry["entry_race_age"], entry["bracket_name"]) == (age, bracket)


async def test_the_writing_verbs_can_be_refused(timer: Timer, runner: Runner) -> None:
    entry = await timer.create(runner)
    await timer.control("/switches", {"writable": False})
    writes = (
        ("POST", f"/race/{timer.race_id(runner.race)}/entry"),
        ("POST", f"{timer.event}/entry"),
        ("PUT", f"/entry/{entry['entry_id']}"),
    )
    for method, path in writes:
        answer = await timer.write(method, path, {"entry_bib": "1"})
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert await timer.rows(f"{timer.event}/entry") == [entry]
    assert (await timer.ledger())["writes"] == 4
    switches = await timer.control("/switches", {"writable": True})
    assert switches == {"writable": True, "ignored_fields": [], "token_life_s": 259_200}
    assert (await timer.write(*writes[2], {"entry_bib": "1"})).status_code == 200


async def test_a_field_can_be_ignored_silently(timer: Timer, runner: Runner) -> None:
    entry = await timer.create(runner)
    await timer.control("/switches", {"ignored_fields": ["athlete_email", "entry_bib"]})
    sent = {"athlete_email": "x@example.org", "entry_bib": "1", "team_name": "Blue"}
    answer = await timer.write("PUT", f"/entry/{entry['entry_id']}", sent)
    assert answer.status_code == 200
    assert answer.json()["entry"] == entry | {"team_name": "Blue"}


async def test_bad_weather_drops_a_field_and_the_entry_is_still_taken(
    timer: Timer, runner: Runner
) -> None:
    await timer.control("/weather", {"chances": {"ignored": 1.0}})
    entry = await timer.create(runner)
    sent = entry_of(runner)
    assert len([name for name in sent if entry[name] != sent[name]]) == 1
    assert (await timer.ledger())["weather"]["faults"] == {"ignored": 1}


async def test_both_switches_can_be_set_from_the_start(
    world: World, clock: HandClock, runner: Runner
) -> None:
    async with timing(world, clock, ignored_fields=["athlete_email"]) as timer:
        assert (await timer.create(runner))["athlete_email"] is None
    async with timing(world, clock, writable=False) as timer:
        answer = await timer.write("POST", f"{timer.event}/entry", entry_of(runner))
        assert answer.status_code == 405


async def test_the_timers_hand_in_the_control_room(timer: Timer, runner: Runner) -> None:
    other = next(one for one in timer.world.runners if one is not runner)
    kept, gone = await timer.create(runner), await timer.create(other)
    await timer.control("/switches", {"writable": False, "ignored_fields": ["entry_bib"]})
    one = f"/entries/{kept['entry_id']}"
    row = await timer.control(one, {"entry_bib": 512, "entry_status": "DQ"})
    assert (row["bib"], row["status"], row["finished"]) == ("512", "DQ", False)
    assert row.keys() == {"id", "external_id", "bib", "race", "status", "finished"}
    bad = await timer.http.post(f"{timer.url}/_sandbox{one}", json={"athlete_sex": "female"})
    assert bad.status_code == 400
    await timer.control(f"/entries/{gone['entry_id']}/remove")
    assert (await timer.get(f"/entry/{gone['entry_id']}")).status_code == 404
    assert [row["entry_bib"] for row in await timer.rows(f"{timer.event}/entry")] == ["512"]
    for path in (f"/entries/{gone['entry_id']}", f"/entries/{gone['entry_id']}/remove"):
        again = await timer.http.post(f"{timer.url}/_sandbox{path}", json={})
        assert again.status_code == 404
    await timer.control("/switches", {"writable": True})
    assert (await timer.create(other))["entry_id"] != gone["entry_id"]
    calls = (await timer.ledger())["calls"]
    assert calls["POST /api/race/{race_id}/entry"] == 3

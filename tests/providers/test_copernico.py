"""Copernico: people in and read back, results both ways, and its rows in our fields."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from p88console.domain.errors import (
    Ambiguous,
    NotSent,
    Portal,
    Rejected,
    RowFault,
    Unauthorized,
    UsageFault,
)
from p88console.domain.model import Provider, ResultRecord, Split
from p88console.providers.base import AccountAccess, Entry, ScoringTarget
from p88console.providers.copernico.adapter import Copernico, check
from p88console.providers.copernico.results import athlete_rows, leader, preset_rows, result
from p88console.providers.http import Answer
from p88console.sandbox.copernico import CopernicoServer
from p88console.sandbox.serve import Sandbox
from tests.providers.practice import CANARY, Practice, bare, copernico_at, rows_of, seen_of
from tests.providers.wire import Line, Request, Say, say_json, unused_url

TARGET = ScoringTarget("race", {}, {"7": ("uuid-5k", "5K")})
ANNA: dict[str, Any] = {
    "surname": "Testova",
    "name": "Anna",
    "gender": "female",
    "birthdate": "1970-01-15",
    "event": "5 км",
    "dorsal": 9001,
    "category": "Ж 49",
    "gunTime": "2026-05-17T03:00:01.089Z",
    "status": "finished",
    "startRawTime": 1778986862042,
    "times.official_:::start:::": 60953,
    "times.official_2,5 км": 1043273,
    "times.official_:::finish:::": 2044013,
}
HENRI: dict[str, Any] = {
    "name": "Henri",
    "event": "5 км",
    "dorsal": "9008",
    "category": "",
    "status": "notstarted",
    "startRawTime": None,
    "times.official_:::start:::": None,
    "times.official_2,5 км": None,
    "times.official_:::finish:::": None,
    "surname": None,
    "birthdate": None,
    "gender": None,
}
EVA: dict[str, Any] = {
    "id": "AAAA1111",
    "name": "Eva",
    "surname": "Ejemplo",
    "gender": "female",
    "birthdate": "2003-01-15",
    "PAÍS": "España",
    "events": [
        {
            "event": "Maratón",
            "dorsal": "90001",
            "chip": [90001],
            "category": "Sub 23 F",
            "status": "finished",
            "realStatus": "finished",
            "times": {
                "Salida": {
                    "split": "Salida",
                    "order": 1,
                    "distance": 0,
                    "time": 435800,
                    "netTime": 0,
                },
                "10K": {
                    "split": "10K",
                    "order": 2,
                    "distance": 10000,
                    "time": 3862000,
                    "netTime": 3426200,
                },
                "Meta": {
                    "split": "Meta",
                    "order": 4,
                    "distance": 42195,
                    "time": 14812000,
                    "netTime": 14376200,
                },
            },
            "rankings": {
                "10K": {"pos": 5000, "posGen": 800, "posCat": 30},
                "Meta": {"pos": 4885, "posGen": 756, "posCat": 25},
            },
        }
    ],
}


@asynccontextmanager
async def told(said: Say) -> AsyncIterator[tuple[Copernico, Line]]:
    """An adapter to a server that always says the same."""
    async with Line(said) as line, copernico_at(bare(Provider.COPERNICO, line.url)) as adapter:
        yield adapter, line


@pytest.fixture
async def adapter(practice: Practice) -> AsyncIterator[Copernico]:
    async with copernico_at(practice.access(Provider.COPERNICO)) as opened:
        yield opened


async def test_people_are_found_under_ids_that_the_far_side_chose(practice: Practice) -> None:
    (entry,) = practice.everybody()[:1]
    values = entry.values
    theirs = {
        "id": "ZZZZ9999",
        "name": values["first_name"],
        "surname": values["last_name"],
        "gender": {"F": "female", "M": "male", "X": "mixed"}.get(values["gender"] or ""),
        "birthdate": values["birth_date"],
        "events": [
            {"event": practice.target.races[values["race"] or ""][1], "dorsal": values["bib"]}
        ],
    }

    async with (
        Line(
            lambda request: say_json(
                {
                    "result": {"code": 0, "message": ""},
                    "data": [theirs] if request.path.endswith("/athletes") else {},
                }
            )
        ) as line,
        copernico_at(bare(Provider.COPERNICO, line.url)) as adapter,
    ):
        there = await seen_of(adapter, practice.target, [entry])
    assert there[entry.our_id].remote_id == "ZZZZ9999"
    assert dict(there[entry.our_id].values) == dict(values)


async def test_a_batch_with_one_bad_row_is_refused(practice: Practice, adapter: Copernico) -> None:
    good, other = practice.everybody()[:2]
    bad = replace(other, values={**other.values, "birth_date": "yesterday"})
    with pytest.raises(Rejected) as caught:
        await adapter.send(practice.target, [good, bad])
    assert caught.value.call.status == 400
    assert practice.copernico.athletes.all() == []


async def test_a_send_is_keyless_and_goes_to_the_race_uuid() -> None:
    target = replace(TARGET, options={"race_uuid": "uuid-race"})
    entry = Entry("runsignup-1", {"first_name": "Ada", "race": "7", "bib": "0007"})
    async with told(Say()) as (adapter, line):
        await adapter.send(target, [entry])
    (request,) = line.requests
    assert (request.method, request.path) == ("POST", "/race-registrations/uuid-race")
    assert CANARY not in f"{request.headers}"
    assert b'"dorsal":"0007"' in request.body.replace(b" ", b"")
    assert b'"eventId":"uuid-5k"' in request.body.replace(b" ", b"")


@pytest.mark.parametrize(
    ("link", "account", "expected"),
    [
        ({"race_uuid": "of-link"}, {"race_uuid": "of-account"}, "of-link"),
        ({}, {"race_uuid": "of-account"}, "of-account"),
        ({}, {}, "race"),
    ],
)
async def test_the_race_uuid_is_the_links_else_the_accounts_else_the_remote_id(
    link: dict[str, str], account: dict[str, str], expected: str
) -> None:
    async with Line(Say()) as line:
        access = AccountAccess(Provider.COPERNICO, {"api_key": "k"}, line.url, account)
        async with copernico_at(access) as adapter:
            await adapter.send(replace(TARGET, options=link), [Entry("r-1", {"race": "7"})])
    assert line.requests[0].path == f"/race-registrations/{expected}"


async def test_a_race_that_is_refused_without_its_uuid_says_what_to_tell(
    practice: Practice,
) -> None:
    entry = Entry("r-1", {"first_name": "Ada", "last_name": "L", "race": "0"})
    access = practice.access(Provider.COPERNICO, options={})
    async with copernico_at(access) as adapter:
        assert adapter.doubt({})
        with pytest.raises(Rejected) as caught:
            await adapter.send(replace(practice.target, options={}), [entry])
    assert "race_uuid=" in caught.value.hint
    assert not adapter.doubt({"race_uuid": "uuid"})


async def test_registrations_may_have_a_host_of_their_own() -> None:
    async with Line(Say()) as registrations:
        access = bare(Provider.COPERNICO, unused_url(), registrations_base_url=registrations.url)
        async with copernico_at(access) as adapter:
            await adapter.send(TARGET, [Entry("r-1", {"race": "7"})])
            with pytest.raises(NotSent):
                await adapter.test()
    assert len(registrations.requests) == 1


@pytest.mark.parametrize("said", [Say(502), Say(reset=True)], ids=["502", "torn"])
async def test_a_send_without_a_usable_answer_is_ambiguous(said: Say) -> None:
    async with told(said) as (adapter, _):
        with pytest.raises(Ambiguous):
            await adapter.send(TARGET, [Entry("r-1", {"race": "7"})])


async def test_a_refusal_inside_a_200_is_a_refusal() -> None:
    said = say_json({"result": {"code": 7, "message": "dorsal taken"}, "data": None})
    async with told(said) as (adapter, _):
        with pytest.raises(Rejected, match="dorsal taken"):
            await adapter.send(TARGET, [Entry("r-1", {"race": "7"})])


@pytest.mark.parametrize("code", [0, 1])
async def test_codes_0_and_1_both_mean_success(code: int) -> None:
    said = say_json({"result": {"code": code, "message": ""}, "data": []})
    async with told(said) as (adapter, _):
        assert "0 races" in (await adapter.test()).detail


@pytest.mark.parametrize("missing", [{}, {"secret": "x"}])
def test_secrets_and_options_are_checked_before_any_call(missing: dict[str, str]) -> None:
    with pytest.raises(UsageFault):
        check(AccountAccess(Provider.COPERNICO, missing))
    with pytest.raises(UsageFault, match="unknown options"):
        check(AccountAccess(Provider.COPERNICO, {"api_key": "k"}, None, {"preset": "typo"}))


async def run_the_day(practice: Practice, adapter: Copernico) -> None:
    """Everybody is sent, runs, and the day is over."""
    await adapter.send(practice.target, practice.everybody())
    practice.clock.step((practice.world.day.over - practice.clock.now()).total_seconds() + 60)


async def results_of(adapter: Copernico, target: ScoringTarget) -> dict[str, ResultRecord]:
    rows = await rows_of(adapter.results(target))
    found = {one.remote_id or "": one for one in map(adapter.result, rows)}
    assert len(found) == len(rows)
    return found


@pytest.mark.parametrize("options", [None, {}], ids=["preset", "athletes in full"])
async def test_at_the_end_of_the_day_everybody_has_their_result(
    practice: Practice, options: dict[str, str] | None
) -> None:
    changes = {} if options is None else {"options": {"race_uuid": practice.copernico.race_uuid}}
    async with copernico_at(practice.access(Provider.COPERNICO, **changes)) as adapter:
        await run_the_day(practice, adapter)
        found = await results_of(adapter, practice.target)
    for runner in practice.world.runners:
        one = found[f"runsignup-{runner.number}"]
        assert one.bib == str(runner.bib)
        assert (one.status == "finished") == runner.finishes
        assert one.gun_time_ms == (runner.crossings[-1] if runner.finishes else None)
        if runner.finishes and runner.crossings[0] is not None:
            assert one.chip_time_ms == (runner.crossings[-1] or 0) - runner.crossings[0]


async def test_both_ways_to_read_results_agree(practice: Practice) -> None:
    found: list[dict[str, ResultRecord]] = []
    with_preset = practice.access(Provider.COPERNICO)
    without = replace(with_preset, options={"race_uuid": practice.copernico.race_uuid})
    for access in (with_preset, without):
        async with copernico_at(access) as adapter:
            if not found:
                await run_the_day(practice, adapter)
            found.append(await results_of(adapter, practice.target))
    by_preset, in_full = found
    for its_id, one in by_preset.items():
        if one.status == "finished":
            assert comparable(one) == comparable(in_full[its_id])


def comparable(one: ResultRecord) -> ResultRecord:
    """A result without what only Copernico can know: places among those without sex or category."""
    return replace(
        one,
        raw={},
        gender_place=one.gender_place if one.raw["gender"] else None,
        category_place=one.category_place if one.raw["category"] else None,
    )


async def test_before_the_gun_nobody_has_a_time(practice: Practice, adapter: Copernico) -> None:
    await adapter.send(practice.target, practice.everybody())
    found = await results_of(adapter, practice.target)
    assert {one.status for one in found.values()} == {"notstarted"}
    assert {(one.gun_time_ms, one.place, one.splits) for one in found.values()} == {
        (None, None, ())
    }


async def test_a_preset_that_does_not_exist_is_told_and_done_without(practice: Practice) -> None:
    access = practice.access(Provider.COPERNICO)
    options = {**access.options, "preset_name": "nobody saved this"}
    async with copernico_at(replace(access, options=options)) as adapter:
        assert adapter.warnings(practice.world.date) == []
        await run_the_day(practice, adapter)
        found = await results_of(adapter, practice.target)
        assert len(found) == len(practice.world.runners)
        (told,) = adapter.warnings(practice.world.date)
        assert "nobody saved this" in told


async def test_leaders_tell_who_finished_where_no_athletes_are_listed(practice: Practice) -> None:
    access = practice.access(Provider.COPERNICO, options={})
    unlisted = {"athletes": "/api/races/{race}/nothing", "leaders_limit": "7"}
    async with copernico_at(access) as adapter:
        named = replace(practice.target, options={"race_uuid": practice.copernico.race_uuid})
        await adapter.send(named, practice.everybody())
        practice.clock.step((practice.world.day.over - practice.clock.now()).total_seconds() + 60)
        in_full = await results_of(adapter, practice.target)
    async with copernico_at(replace(access, wire=unlisted)) as adapter:
        leaders = await results_of(adapter, practice.target)
    finished = {its_id for its_id, one in in_full.items() if one.status == "finished"}
    assert {its_id for its_id, one in leaders.items() if one.status == "finished"} == finished
    for its_id in finished:
        one, whole = leaders[its_id], in_full[its_id]
        assert (one.gun_time_ms, one.place, one.bib) == (whole.gun_time_ms, whole.place, whole.bib)


def test_a_leader_who_is_on_the_way_has_a_split_and_no_place() -> None:
    row = {"id": "8F2K", "dorsal": 12, "time": 1_500_000, "split": "5 km", "pos": 1}
    one = result(leader(row, "Maratón", "Meta"))
    assert (one.remote_race_id, one.bib, one.status) == ("Maratón", "12", "running")
    assert (one.gun_time_ms, one.place, one.splits) == (
        None,
        None,
        (Split("5 km", 1_500_000, None),),
    )
    home = result(leader({**row, "split": "META"}, "Maratón", "Meta"))
    assert (home.status, home.gun_time_ms, home.place) == ("finished", 1_500_000, 1)


async def test_a_race_that_is_not_told_to_this_key_takes_no_other_with_it() -> None:
    def answer(request: Request) -> Say:
        if request.path == "/api/races":
            listed = ["hers", {"id": "ours"}, "gone"]
            return say_json({"result": {"code": "0", "message": ""}, "data": listed})
        if request.path == "/api/races/ours":
            race = {"id": "0b5a…", "name": "Ours", "timezone": "Nowhere/Nothing", "events": []}
            return say_json({"result": {"code": 1, "message": ""}, "data": race})
        return say_json({"message": "Forbidden"}, 403 if "hers" in request.path else 404)

    async with Line(answer) as line:
        access = replace(bare(Provider.COPERNICO), base_url=line.url)
        async with copernico_at(access) as adapter:
            rows = await rows_of(adapter.events(datetime(2026, 1, 1, tzinfo=UTC)))
            told = adapter.event(rows[1])
            assert (told.provider_event_id, told.name, told.timezone) == ("ours", "Ours", "UTC")
            for row in (rows[0], rows[2]):
                with pytest.raises(RowFault, match=row["id"]):
                    adapter.event(row)


@pytest.mark.parametrize("ids", [False, True])
async def test_either_shape_of_the_lists_is_read(practice: Practice, *, ids: bool) -> None:
    server = CopernicoServer(
        practice.world, practice.clock, athletes_as_ids=ids, races_as_objects=ids
    )
    entries = practice.everybody()
    async with Sandbox(practice.world, practice.clock, servers=[server]) as sandbox:
        access = replace(
            practice.access(Provider.COPERNICO),
            base_url=sandbox.base_url(Provider.COPERNICO),
            options={"race_uuid": server.race_uuid},
        )
        async with copernico_at(access) as adapter:
            assert "1 race" in (await adapter.test()).detail
            await adapter.send(practice.target, entries)
            assert len(await seen_of(adapter, practice.target, entries)) == len(entries)
            assert len(await rows_of(adapter.results(practice.target))) == len(entries)


async def test_a_wrong_key_is_said_to_be_wrong(practice: Practice) -> None:
    access = practice.access(Provider.COPERNICO, secrets={"api_key": CANARY})
    async with copernico_at(access) as adapter:
        with pytest.raises(Unauthorized):
            await seen_of(adapter, practice.target, practice.everybody()[:1])


def export(*rows: dict[str, Any]) -> list[ResultRecord]:
    call: Any = None
    answer = Answer(call, {"data": list(rows)}, None)
    return [result(row) for row in preset_rows(answer, "5 км")]


def test_a_recorded_export_row_is_read() -> None:
    (anna,) = export(ANNA)
    assert (anna.remote_id, anna.remote_race_id, anna.bib) == (None, "5 км", "9001")
    assert (anna.first_name, anna.last_name, anna.status) == ("Anna", "Testova", "finished")
    assert (anna.gun_time_ms, anna.chip_time_ms) == (2_044_013, 2_044_013 - 60_953)
    assert anna.splits == (Split("2,5 км", 1_043_273, 1_043_273 - 60_953),)
    assert (anna.place, anna.gender_place, anna.category_place) == (1, 1, 1)


def test_a_recorded_row_of_nulls_is_read() -> None:
    (henri,) = export(HENRI)
    assert (henri.bib, henri.status, henri.last_name) == ("9008", "notstarted", None)
    assert (henri.gun_time_ms, henri.chip_time_ms, henri.place, henri.splits) == (
        None,
        None,
        None,
        (),
    )
    assert henri.category is None


def timed(bib: int, finish: int | None, **changes: Any) -> dict[str, Any]:
    return {**ANNA, "dorsal": bib, "times.official_:::finish:::": finish, **changes}


def test_places_come_by_official_time_within_sex_and_category() -> None:
    rows = export(
        timed(1, 3000, gender="male", category="M 49"),
        timed(2, 1000),
        timed(3, 2000, category="Ж 39"),
        timed(4, None, status="running"),
        timed(5, 500, status="dsq"),
    )
    places = {one.bib: (one.place, one.gender_place, one.category_place) for one in rows}
    assert places == {
        "1": (3, 1, 1),
        "2": (1, 1, 1),
        "3": (2, 2, 1),
        "4": (None, None, None),
        "5": (None, None, None),
    }


def test_equal_times_share_a_place_and_the_next_one_is_left_out() -> None:
    rows = export(timed(1, 1000), timed(2, 1000), timed(3, 2000))
    assert [one.place for one in rows] == [1, 1, 3]


def test_an_export_with_places_of_its_own_keeps_them() -> None:
    rows = export(timed(1, 1000, pos=7, posGen=3, posCat=2), timed(2, 500, pos=6))
    assert (rows[0].place, rows[0].gender_place, rows[0].category_place) == (7, 3, 2)
    assert rows[1].place == 6


def test_an_athlete_in_full_is_read() -> None:
    (eva,) = map(result, athlete_rows(EVA))
    assert (eva.remote_id, eva.remote_race_id, eva.bib) == ("AAAA1111", "Maratón", "90001")
    assert (eva.gun_time_ms, eva.chip_time_ms) == (14_812_000, 14_376_200)
    assert eva.splits == (Split("10K", 3_862_000, 3_426_200),)
    assert (eva.place, eva.gender_place, eva.category_place) == (4885, 756, 25)
    assert eva.category == "Sub 23 F"


def test_an_athlete_of_two_events_has_two_rows() -> None:
    second = {**EVA["events"][0], "event": "10K", "dorsal": "7"}
    rows = [result(row) for row in athlete_rows({**EVA, "events": [*EVA["events"], second]})]
    assert [(one.remote_id, one.remote_race_id, one.bib) for one in rows] == [
        ("AAAA1111", "Maratón", "90001"),
        ("AAAA1111", "10K", "7"),
    ]


def test_an_athlete_laid_flat_is_one_row() -> None:
    flat = {key: value for key, value in EVA.items() if key != "events"} | EVA["events"][0]
    (eva,) = map(result, athlete_rows(flat))
    assert eva.gun_time_ms == 14_812_000


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("finished", "finished"),
        ("Running", "running"),
        ("started", "running"),
        ("notstarted", "notstarted"),
        ("dnf", "dnf"),
        ("retired", "dnf"),
        ("dns", "dns"),
        ("dsq", "dq"),
        ("disqualified", "dq"),
        ("lapped", "lapped"),
        (None, "finished"),
    ],
)
def test_words_for_a_standing_are_ours_or_kept(word: str | None, status: str) -> None:
    read = result({**ANNA, "status": word})
    assert read.status == status
    if status != "finished":
        assert (read.gun_time_ms, read.chip_time_ms, read.place) == (None, None, None)


def test_a_result_that_names_nobody_is_set_aside() -> None:
    assert result({**ANNA, "dorsal": None}).bib is None  # no number yet, known by name
    with pytest.raises(RowFault):
        result({**ANNA, "dorsal": None, "name": None, "surname": None})
    with pytest.raises(RowFault):
        result({**ANNA, "event": None})


@pytest.mark.parametrize(
    "said",
    [Say(413), Say(502), Say(504), Say(body=b'{"data":[{"event":"5'), Say(cut=True)],
    ids=["413", "502", "504", "truncated", "cut off"],
)
async def test_an_export_that_grew_too_big_is_read_athlete_by_athlete(said: Say) -> None:
    def answer(request: Request) -> Say:
        if "/preset/" in request.path:
            return said
        return say_json({"result": {"code": 0, "message": ""}, "data": [EVA]})

    access = bare(Provider.COPERNICO, preset_login="t@example.org", preset_name="all")
    target = replace(TARGET, races={"1": ("Maratón", "Maratón")})
    async with Line(answer) as line, copernico_at(replace(access, base_url=line.url)) as adapter:
        rows = await rows_of(adapter.results(target))
        assert [adapter.result(row).gun_time_ms for row in rows] == [14_812_000]
        assert line.requests[0].path == "/api/races/race/preset/t%40example.org:::all/Marat%C3%B3n"


async def test_a_portal_in_place_of_an_export_is_no_big_export() -> None:
    access = bare(Provider.COPERNICO, preset_login="t@example.org", preset_name="all")
    page = Say(body=b"<html>Venue WiFi</html>")
    async with Line(page) as line, copernico_at(replace(access, base_url=line.url)) as adapter:
        with pytest.raises(Portal):
            await rows_of(adapter.results(TARGET))
        assert len(line.requests) == 1


def eva(**times: Any) -> ResultRecord:
    """Eva with other times; None takes one back."""
    event = EVA["events"][0]
    changed = {
        name: {**time, **({"time": None, "netTime": None} if name in times else {})}
        for name, time in event["times"].items()
    }
    (row,) = athlete_rows({**EVA, "events": [{**event, "distance": 42195, "times": changed}]})
    return result(row)


def test_a_finish_that_is_taken_back_is_never_the_last_split() -> None:
    taken_back = eva(Meta=None)
    assert (taken_back.gun_time_ms, taken_back.chip_time_ms, taken_back.place) == (None, None, None)
    assert [split.name for split in taken_back.splits] == ["10K"]
    event = EVA["events"][0]
    gone = {name: time for name, time in event["times"].items() if name != "Meta"}
    (row,) = athlete_rows({**EVA, "events": [{**event, "distance": 42195, "times": gone}]})
    assert (result(row).gun_time_ms, result(row).place) == (None, None)


def test_a_start_is_told_by_both_clocks_where_its_column_is_missing() -> None:
    row = {key: value for key, value in ANNA.items() if ":::start:::" not in key}
    assert result(row).chip_time_ms == 2_044_013 - 60_953


def test_a_preset_without_a_status_column_still_tells_who_finished() -> None:
    row = {key: value for key, value in ANNA.items() if key != "status"}
    assert (result(row).status, result(row).gun_time_ms) == ("finished", 2_044_013)


def test_a_presets_own_net_times_go_before_ours() -> None:
    row = {**ANNA, "times.real_:::finish:::": 1_980_000, "times.real_2,5 км": "990000"}
    (anna,) = export(row)
    assert (anna.chip_time_ms, anna.splits[0].chip_time_ms) == (1_980_000, 990_000)


def test_times_of_a_preset_may_come_nested() -> None:
    times = {key.removeprefix("times."): ANNA[key] for key in ANNA if key.startswith("times.")}
    nested = {key: value for key, value in ANNA.items() if not key.startswith("times.")}
    assert replace(export({**nested, "times": times})[0], raw={}) == replace(
        export(ANNA)[0], raw={}
    )


def test_names_that_were_encoded_twice_are_made_whole() -> None:
    twice = {**ANNA, "name": "ZoÃ«", "event": "MaratÃ³n"}
    assert (result(twice).first_name, result(twice).remote_race_id) == ("Zoë", "Maratón")

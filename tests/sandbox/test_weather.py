"""Bad weather: each fault as a caller meets it, counted, from a seed, never at the control room."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import httpx
import pytest

from p88console.sandbox.climate import STORM, Climate, Fault
from p88console.sandbox.weather import LASTS_CALLS, SPELL_EVERY_S, Weather, forget_field

from .rig import HandClock, Practice

BROKEN_OFF = (httpx.ReadError, httpx.RemoteProtocolError)


async def _turn(practice: Practice, order: dict[str, Any], *, copernico: bool = True) -> Any:
    return await practice.control("/weather", order, copernico=copernico)


async def _always(practice: Practice, fault: Fault, only: str = "", **more: Any) -> None:
    await _turn(practice, {"chances": {fault.value: 1.0}, "only": only, **more})


async def _counted(practice: Practice) -> dict[str, int]:
    told = (await practice.ledger(copernico=True))["weather"]
    assert told["faults_injected"] == sum(told["faults"].values())
    counted: dict[str, int] = told["faults"]
    return counted


async def test_a_connection_is_cut_before_or_after_the_work_is_done(practice: Practice) -> None:
    rows = [practice.entry(practice.world.runners[0])]
    for fault, written in ((Fault.CUT_BEFORE, 0), (Fault.CUT_AFTER, 1)):
        await _always(practice, fault)
        with pytest.raises(BROKEN_OFF):
            await practice.push(rows)
        assert (await practice.ledger(copernico=True))["rows_written"] == written
    assert await _counted(practice) == {"cut_after": 1, "cut_before": 1}


@pytest.mark.parametrize(
    ("fault", "status", "written"),
    [(Fault.BROKEN, 502, 0), (Fault.BROKEN_AFTER, 504, 1), (Fault.PORTAL, 200, 0)],
)
async def test_somebody_else_answers_in_html(
    practice: Practice, fault: Fault, status: int, written: int
) -> None:
    await _always(practice, fault)
    answer = await practice.push([practice.entry(practice.world.runners[0])])
    assert (answer.status_code, answer.text[0]) == (status, "<")
    assert answer.headers["content-type"].startswith("text/html")
    assert (await practice.ledger(copernico=True))["rows_written"] == written


async def test_throttled_with_and_without_a_time(practice: Practice) -> None:
    await _always(practice, Fault.THROTTLED)
    answer = await practice.cop("")
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    await _always(practice, Fault.THROTTLED_BARE)
    answer = await practice.cop("")
    assert answer.status_code == 429
    assert "retry-after" not in answer.headers


async def test_runsignup_asks_for_fewer_calls_inside_a_200(practice: Practice) -> None:
    order = {"chances": {"throttled_bare": 1.0}}
    await _turn(practice, order, copernico=False)
    assert (await practice.rsu(practice.race_path))["error"]["error_code"] == 14


async def test_half_a_page_is_never_a_whole_one(practice: Practice) -> None:
    await practice.push_everybody()
    await _always(practice, Fault.HALF_PAGE)
    with pytest.raises(BROKEN_OFF):
        await practice.cop("/athletes")


async def test_expired_tokens_are_refused_until_renewed(practice: Practice) -> None:
    token = practice.runsignup.credentials.oauth["access_token"]

    async def ask() -> Any:
        answer = await practice.http.get(
            f"{practice.runsignup_url}{practice.race_path}",
            params={"format": "json"},
            headers={"Authorization": f"Bearer {token}"},
        )
        return answer.json()

    assert "race" in await ask()
    order = {"chances": {"expired": 1.0}, "times": 1}
    await _turn(practice, order, copernico=False)
    assert (await ask())["error"]["error_code"] == 6


async def test_a_slow_answer_takes_race_time(practice: Practice) -> None:
    await _always(practice, Fault.SLOW)
    before = practice.clock.now()
    assert (await practice.cop("")).status_code == 200
    assert 2 <= (practice.clock.now() - before).total_seconds() <= 20


async def test_a_field_is_dropped_without_a_word(practice: Practice) -> None:
    runner = practice.world.runners[0]
    await _always(practice, Fault.IGNORED)
    assert (await practice.push([practice.entry(runner)])).status_code == 200
    assert await _counted(practice) == {"ignored": 1}
    athlete = await practice.data(f"/athlete/r{runner.number}/full")
    shown = {"name": athlete["name"], "surname": athlete["surname"]}
    shown |= {name: athlete["events"][0].get(name) for name in ("dorsal",)}
    shown |= {"gender": athlete["gender"], "birthdate": athlete["birthdate"]}
    assert list(shown.values()).count(None) + list(shown.values()).count("") == 1


def test_a_field_is_dropped_from_forms_too() -> None:
    form = b'request_format=json&request={"participants":[{"registration_id":1,"bib_num":"7"}]}'
    kept = forget_field(form, frozenset({"bib_num"}), lambda found: found[0])
    assert kept is not None
    assert b"registration_id" in kept
    assert b"bib_num" not in kept
    assert forget_field(b"[1]", frozenset({"bib_num"}), lambda found: found[0]) is None
    assert forget_field(b"\xff", frozenset({"bib_num"}), lambda found: found[0]) is None


async def test_the_control_room_and_calls_that_are_not_meant_are_spared(
    practice: Practice,
) -> None:
    await _always(practice, Fault.BROKEN, only="GET /api/races/", times=1)
    assert (await practice.push([])).status_code == 200
    assert await _counted(practice) == {}
    assert (await practice.cop("")).status_code == 502
    assert (await practice.cop("")).status_code == 200
    assert await _counted(practice) == {"broken": 1}


async def test_an_order_that_makes_no_sense_is_refused(practice: Practice) -> None:
    for order in ({"climate": "hail"}, {"chances": {"hail": 1}}, {}):
        url = f"{practice.copernico_url}/_sandbox/weather"
        assert (await practice.http.post(url, json=order)).status_code == 400


def test_a_storm_is_the_same_from_the_same_seed_and_more_than_rough(clock: HandClock) -> None:
    def struck(climate: Climate, seed: str = "1") -> list[Fault | None]:
        weather = Weather(seed, "copernico", clock)
        weather.turn(climate)
        return [weather.strike("GET", "/api") for _ in range(4000)]

    storm, rough = struck(Climate.STORM), struck(Climate.ROUGH)
    assert storm == struck(Climate.STORM)
    assert storm != struck(Climate.STORM, seed="2")
    assert set(storm) >= set(STORM)
    assert 0 < len([one for one in rough if one]) < len([one for one in storm if one]) / 2
    assert set(struck(Climate.FAIR)) == {None}


def test_a_token_serves_some_calls_before_it_lapses_in_any_climate(clock: HandClock) -> None:
    weather = Weather("4", "haku", clock)
    weather.turn(Climate.STORM)
    lapsed = []
    for call in range(5000):
        if weather.strike("GET", "/events") is Fault.EXPIRED:
            weather.count(Fault.EXPIRED)
            lapsed.append(call)
    assert len(lapsed) > 20
    assert min(after - before for before, after in pairwise(lapsed)) > LASTS_CALLS


def test_portal_pages_come_over_all_providers_at_once(clock: HandClock) -> None:
    weathers = [Weather("1", name, clock) for name in ("runsignup", "copernico")]
    for weather in weathers:
        weather.turn(Climate.STORM)
    seen = []
    for _ in range(4 * SPELL_EVERY_S // 10):
        clock.start = clock.start.fromtimestamp(clock.start.timestamp() + 10, clock.start.tzinfo)
        seen.append({weather.strike("GET", "/") is Fault.PORTAL for weather in weathers})
    assert {True} in seen
    assert {False} in seen
    assert {True, False} not in seen

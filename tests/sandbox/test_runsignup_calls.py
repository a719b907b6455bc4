"""RunSignUp's manners: credentials, errors inside 200, XML by default, two requests at a time."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from p88console.sandbox.runsignup import RunSignUpServer
from p88console.sandbox.serve import Sandbox
from p88console.sandbox.world import World

from .rig import HandClock, Practice


async def _races(
    practice: Practice, query: dict[str, str], headers: dict[str, str] | None = None
) -> Any:
    url = f"{practice.runsignup_url}/Rest/Races"
    answer = await practice.http.get(url, params={"format": "json", **query}, headers=headers)
    assert answer.status_code == 200
    return answer.json()


async def test_all_three_kinds_of_credentials_are_let_in(practice: Practice) -> None:
    held = practice.runsignup.credentials
    v2 = {"rsu_api_key": held.v2["rsu_api_key"]}
    secret = {"X-RSU-API-SECRET": held.v2["rsu_api_secret"]}
    bearer = {"Authorization": f"Bearer {held.oauth['access_token']}"}
    assert "races" in await _races(practice, held.v1)
    assert "races" in await _races(practice, v2, secret)
    assert "races" in await _races(practice, {}, bearer)


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ({"api_key": "wrong", "api_secret": "wrong"}, {}),
        ({"rsu_api_key": "wrong"}, {"X-RSU-API-SECRET": "wrong"}),
        ({}, {"Authorization": "Bearer wrong"}),
    ],
)
async def test_wrong_credentials_are_code_6(
    practice: Practice, query: dict[str, str], headers: dict[str, str]
) -> None:
    expected = {"error": {"error_code": 6, "error_msg": "Key authentication failed"}}
    assert await _races(practice, query, headers) == expected


async def test_no_credentials_are_code_7(practice: Practice) -> None:
    expected = {"error": {"error_code": 7, "error_msg": "Permission Denied"}}
    assert await _races(practice, {}) == expected


async def test_an_expired_token_fails_until_it_is_refreshed(practice: Practice) -> None:
    held = practice.runsignup.credentials
    held.expire_access_tokens()
    old = {"Authorization": f"Bearer {held.oauth['access_token']}"}
    assert (await _races(practice, {}, old))["error"]["error_code"] == 6
    form = {
        "grant_type": "refresh_token",
        "client_id": held.oauth["oauth_client_id"],
        "client_secret": held.oauth["oauth_client_secret"],
        "refresh_token": held.oauth["refresh_token"],
    }
    url = f"{practice.runsignup_url}/rest/v2/auth/refresh-token.json"
    token = (await practice.http.post(url, data=form)).json()
    assert token.keys() == {"token_type", "expires_in", "access_token", "refresh_token"}
    new = {"Authorization": f"Bearer {token['access_token']}"}
    assert "races" in await _races(practice, {}, new)
    refused = await practice.http.post(url, data=form | {"refresh_token": "wrong"})
    assert refused.status_code == 400
    assert refused.json()["error"] == "invalid_grant"


async def test_without_format_json_the_answer_is_xml(practice: Practice) -> None:
    url = f"{practice.runsignup_url}{practice.race_path}"
    answer = await practice.http.get(url, params=practice.runsignup.credentials.v1)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/xml")
    assert "<event><event_id>" in answer.text


async def test_errors_have_their_codes(practice: Practice) -> None:
    race, event_id = practice.race_path, practice.event_ids[0]
    calls: list[tuple[int, str, dict[str, object]]] = [
        (1, "/rest/no-such-method", {}),
        (3, f"{race}/participants", {}),
        (3, f"{race}/participants", {"event_id": event_id, "page": "two"}),
        (3, f"{race}/participants", {"event_id": event_id, "sort": "shoe_size ASC"}),
        (9, "/rest/races", {"start_date": "soon"}),
        (201, "/rest/race/1", {}),
        (201, "/rest/race/1/participants", {"event_id": event_id}),
        (301, f"{race}/participants", {"event_id": 1}),
        (301, f"{race}/removed-participants", {"event_id": f"{event_id},1"}),
    ]
    for code, path, query in calls:
        assert (await practice.rsu(path, **query))["error"]["error_code"] == code, path
    url = f"{practice.runsignup_url}/rest/races"
    wrong = await practice.http.post(url, params={"format": "json"})
    assert wrong.json()["error"]["error_code"] == 2


async def test_results_are_an_error_body_while_there_are_none(practice: Practice) -> None:
    results, event_id = f"{practice.race_path}/results", practice.event_ids[0]
    has = await practice.rsu(f"{results}/has-result-sets", event_id=event_id)
    assert has == {"has_results": "F"}
    assert "error" in await practice.rsu(f"{results}/get-result-sets", event_id=event_id)
    assert "error" in await practice.rsu(f"{results}/get-results", event_id=event_id)


async def test_a_third_request_at_a_time_is_throttled(world: World, clock: HandClock) -> None:
    server = RunSignUpServer(world, clock, latency_s=0.2)
    async with Sandbox(world, clock, servers=[server]) as sandbox, httpx.AsyncClient() as http:
        url = f"{sandbox.base_url(server.provider)}/rest/races"
        query = {**server.credentials.v1, "format": "json"}
        answers = await asyncio.gather(*(http.get(url, params=query) for _ in range(3)))
        bodies = sorted((answer.json() for answer in answers), key=lambda body: "error" in body)
        assert ["error" in body for body in bodies] == [False, False, True]
        assert bodies[2] == {"error": {"error_code": 14, "error_msg": "Request throttled."}}
        server.latency_s = 0
        assert "races" in (await http.get(url, params=query)).json()


async def test_the_limit_can_be_lifted(world: World, clock: HandClock) -> None:
    server = RunSignUpServer(world, clock, latency_s=0.05, at_a_time=None)
    async with Sandbox(world, clock, servers=[server]) as sandbox, httpx.AsyncClient() as http:
        url = f"{sandbox.base_url(server.provider)}/rest/races"
        query = {**server.credentials.v1, "format": "json"}
        answers = await asyncio.gather(*(http.get(url, params=query) for _ in range(5)))
        assert all("races" in answer.json() for answer in answers)


async def test_calls_are_counted_by_kind(practice: Practice) -> None:
    await practice.rsu("/rest/races")
    await practice.rsu("/REST/Races")
    calls = (await practice.ledger())["calls"]
    assert calls == {"GET /rest/races": 2}

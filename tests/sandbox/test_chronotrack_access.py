"""Who may call ChronoTrack, and how an answer is asked for in JSON."""

from __future__ import annotations

import hashlib
from typing import Any

import httpx
import pytest

from .timer import Timer


async def _token(timer: Timer, **query: str) -> httpx.Response:
    held = timer.server.credentials
    return await timer.http.get(
        f"{timer.url}/oauth2/token", params=query, auth=(held.client_id, held.client_secret)
    )


async def _signed_in(timer: Timer) -> dict[str, Any]:
    held = timer.server.credentials
    answer = await _token(
        timer, grant_type="password", username=held.user_id, password=held.password
    )
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    body: dict[str, Any] = answer.json()
    return body


async def _status(timer: Timer, token: str, client_id: str = "") -> int:
    answer = await timer.http.get(
        f"{timer.url}/api/event",
        params={"client_id": client_id or timer.server.credentials.client_id, "format": "json"},
        headers={"Authorization": f"Bearer {token}"},
    )
    return answer.status_code


async def test_the_simple_way_sends_the_password_as_lower_case_sha1(timer: Timer) -> None:
    held = timer.server.credentials
    right = hashlib.sha1(held.password.encode()).hexdigest()  # noqa: S324  # the vendor's own form
    assert (await timer.get("/event", user_pass=right)).status_code == 200
    for wrong in (right.upper(), held.password, ""):
        assert (await timer.get("/event", user_pass=wrong)).status_code == 401
    assert (await timer.get("/event", user_id="somebody@practice.example")).status_code == 401


async def test_basic_sends_the_password_itself(timer: Timer) -> None:
    held = timer.server.credentials
    params = {"client_id": held.client_id, "format": "json"}
    for password, status in ((held.password, 200), (held.password_sha1, 401)):
        auth = (held.user_id, password)
        answer = await timer.http.get(f"{timer.url}/api/event", params=params, auth=auth)
        assert answer.status_code == status
    broken = await timer.http.get(
        f"{timer.url}/api/event", params=params, headers={"Authorization": "Basic ?"}
    )
    assert broken.status_code == 401


async def test_a_token_is_got_by_password_and_needs_the_client_id_too(timer: Timer) -> None:
    token = await _signed_in(timer)
    assert token.keys() == {"access_token", "token_type", "expires_in", "refresh_token"}
    assert (token["token_type"], token["expires_in"]) == ("bearer", 259_199)
    assert await _status(timer, token["access_token"]) == 200
    assert await _status(timer, token["access_token"], client_id="00000000") == 401
    assert await _status(timer, "made-up") == 401


@pytest.mark.parametrize(
    ("query", "status", "error"),
    [
        ({"grant_type": "password", "username": "a", "password": "b"}, 401, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, 400, "invalid_grant"),
        ({"grant_type": "client_credentials"}, 400, "unsupported_grant_type"),
    ],
)
async def test_a_wrong_token_call_says_what_is_wrong(
    timer: Timer, query: dict[str, str], status: int, error: str
) -> None:
    answer = await _token(timer, **query)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


async def test_the_token_call_is_a_get_signed_by_the_client(timer: Timer) -> None:
    held = timer.server.credentials
    query = {"grant_type": "password", "username": held.user_id, "password": held.password}
    url = f"{timer.url}/oauth2/token"
    unsigned = await timer.http.get(url, params=query)
    assert (unsigned.status_code, unsigned.json()["error"]) == (401, "invalid_client")
    auth = (held.client_id, held.client_secret)
    assert (await timer.http.post(url, data=query, auth=auth)).status_code == 405


async def test_a_token_ends_by_the_race_clock_and_is_refreshed_once(timer: Timer) -> None:
    await timer.control("/switches", {"token_life_s": 60})
    token = await _signed_in(timer)
    assert token["expires_in"] == 59
    await timer.clock.sleep(59)
    assert await _status(timer, token["access_token"]) == 200
    await timer.clock.sleep(1)
    assert await _status(timer, token["access_token"]) == 401
    refresh = {"grant_type": "refresh_token", "refresh_token": token["refresh_token"]}
    again = await _token(timer, **refresh)
    assert await _status(timer, again.json()["access_token"]) == 200
    assert (await _token(timer, **refresh)).status_code == 400


async def test_tokens_can_be_revoked(timer: Timer) -> None:
    token = await _signed_in(timer)
    await timer.control("/tokens/revoke")
    assert await _status(timer, token["access_token"]) == 401
    refresh = {"grant_type": "refresh_token", "refresh_token": token["refresh_token"]}
    again = (await _token(timer, **refresh)).json()
    await timer.control("/tokens/revoke", {"refresh_tokens": True})
    assert await _status(timer, again["access_token"]) == 401
    refresh["refresh_token"] = again["refresh_token"]
    assert (await _token(timer, **refresh)).status_code == 400


async def test_bad_weather_ends_used_tokens_and_leaves_refresh_tokens(timer: Timer) -> None:
    order = {"chances": {"expired": 1.0}, "times": 1}
    await timer.control("/weather", order)
    token = await _signed_in(timer)
    assert await _status(timer, token["access_token"]) == 200
    assert (await timer.ledger())["weather"]["faults_injected"] == 0
    assert await _status(timer, token["access_token"]) == 401
    assert (await timer.ledger())["weather"]["faults"] == {"expired": 1}
    refresh = {"grant_type": "refresh_token", "refresh_token": token["refresh_token"]}
    again = await _token(timer, **refresh)
    assert await _status(timer, again.json()["access_token"]) == 200


async def test_every_call_needs_the_client_id_and_a_user(timer: Timer) -> None:
    entry = await timer.create(timer.world.runners[0])
    race = timer.race_id(timer.world.races[0])
    paths = ("/event", timer.event, f"/race/{race}/results", f"/entry/{entry['entry_id']}")
    for path in paths:
        assert (await timer.get(path, client_id="00000000")).status_code == 401
        unsigned = {"client_id": timer.server.credentials.client_id, "format": "json"}
        answer = await timer.http.get(f"{timer.url}/api{path}", params=unsigned)
        assert answer.status_code == 401
        assert answer.json().keys() == {"error"}
    url = f"{timer.url}/api{timer.event}/entry"
    assert (await timer.http.post(url, json={})).status_code == 401
    assert len((await timer.ledger())["entries"]) == 1


async def test_json_is_asked_for_in_one_of_three_ways(timer: Timer) -> None:
    query = timer.signed
    del query["format"]
    url = f"{timer.url}/api/event"
    accepting = {"Accept": "application/json"}
    assert (await timer.http.get(url, params=query, headers=accepting)).status_code == 200
    id_ = timer.server.catalog.event_id
    answer = await timer.http.get(f"{url}.json/{id_}/race", params=query)
    assert list(answer.json()) == ["event_race"]
    assert (await timer.http.get(f"{url}.json", params=query)).status_code == 200
    assert (await timer.http.get(url, params=query)).status_code == 406


async def test_paths_that_do_not_exist_are_404(timer: Timer) -> None:
    for path in ("/events", f"{timer.event}/races", "/entry/1", "/nothing"):
        answer = await timer.get(path)
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == "404"
    deleted = await timer.write("DELETE", f"{timer.event}/entry", {})
    assert deleted.status_code == 405
    assert "GET" in deleted.headers["allow"]

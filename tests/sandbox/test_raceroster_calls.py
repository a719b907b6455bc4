"""Race Roster's manners: tokens for a day, wrapped answers, refusals."""

from __future__ import annotations

import pytest

from .roster import Roster


async def test_client_and_user_together_get_a_token_for_a_day(roster: Roster) -> None:
    token = await roster.sign_in()
    assert token.keys() == {"access_token", "token_type", "expires_in", "refresh_token"}
    assert token["expires_in"] == 86_400
    roster.wait(86_399)
    assert (await roster.call("/events")).status_code == 200
    roster.wait(1)
    answer = await roster.call("/events")
    assert answer.status_code == 401
    assert answer.json().keys() == {"message"}


async def test_a_refresh_token_opens_the_door_again(roster: Roster) -> None:
    first = await roster.sign_in()
    roster.wait(90_000)
    answer = await roster.grant(grant_type="refresh_token", refresh_token=first["refresh_token"])
    roster.token = answer.json()["data"]["access_token"]
    assert (await roster.call("/events")).status_code == 200


async def test_the_token_comes_in_a_list_where_so_switched(roster: Roster) -> None:
    await roster.control("/ways", {"token_data_as_list": True})
    user = {name: roster.secrets[name] for name in ("username", "password")}
    data = (await roster.grant(grant_type="access_token", **user)).json()["data"]
    assert [sorted(item) for item in data] == [
        ["access_token", "expires_in", "refresh_token", "token_type"]
    ]


async def test_the_weather_ends_tokens_before_their_time(roster: Roster) -> None:
    assert (await roster.call("/events")).status_code == 200
    await roster.control("/weather", {"chances": {"expired": 1.0}, "only": "/api/v1", "times": 1})
    assert (await roster.call("/events")).status_code == 401
    await roster.sign_in()
    assert (await roster.call("/events")).status_code == 200


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"grant_type": "access_token"}, 400, "invalid_grant"),
        (
            {"grant_type": "access_token", "username": "a", "password": "b"},
            400,
            "invalid_grant",
        ),
        ({"grant_type": "refresh_token", "refresh_token": "old"}, 400, "invalid_grant"),
        ({"grant_type": "client_credentials"}, 400, "unsupported_grant_type"),
        ({"grant_type": "access_token", "client_secret": "wrong"}, 401, "invalid_client"),
    ],
)
async def test_a_wrong_sign_in_is_refused(
    roster: Roster, form: dict[str, str], status: int, error: str
) -> None:
    answer = await roster.grant(**form)
    assert answer.status_code == status
    assert answer.json().keys() == {"error", "error_description", "hint"}
    assert answer.json()["error"] == error


async def test_the_token_is_needed_as_a_bearer(roster: Roster) -> None:
    path = f"/api/v1/events/{roster.event_id}/participants"
    for headers in ({}, {"Authorization": roster.token}, {"Authorization": "Bearer nothing"}):
        assert (await roster.http.get(path, headers=headers)).status_code == 401


async def test_what_is_not_there_is_refused_with_a_message(roster: Roster) -> None:
    calls = [("GET", "/events/1", 404), ("GET", "/races", 404), ("DELETE", "/events", 405)]
    for method, path, status in calls:
        answer = await roster.call(path, method=method)
        assert answer.status_code == status
        assert answer.json().keys() == {"message"}


async def test_calls_are_counted_by_kind(roster: Roster) -> None:
    await roster.body("/events")
    await roster.people()
    await roster.site(f"/events/{roster.code}")
    calls = (await roster.ledger())["calls"]
    assert calls["POST /api/oauth/authorize"] == 1
    assert calls["GET /api/v1/events"] == 1
    assert calls["GET /api/v1/events/{event}/participants"] > 1
    assert calls["GET /v2/api/events/{code}"] == 1

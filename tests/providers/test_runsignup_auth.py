"""RunSignUp's sign-in: every kind of credentials, tokens renewed and kept, what is said ahead."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from urllib.parse import parse_qsl

import pytest

from p88console.domain.errors import Forbidden, Unauthorized, UsageFault, VaultFault
from p88console.domain.model import Provider
from p88console.providers.base import AccountAccess, HoldsToken, PageRequest, WarnsAhead
from p88console.providers.runsignup.adapter import RunSignUp, check
from tests.providers.practice import CANARY, Practice, bare, rows_of, runsignup_at
from tests.providers.wire import Line, Request, Say, say_json

OAUTH = {
    "oauth_client_id": "1234",
    "oauth_client_secret": f"{CANARY}-client",
    "access_token": f"{CANARY}-old",
    "refresh_token": f"{CANARY}-refresh",
}
REGISTERED = {"rsu_api_reg": "r", "rsu_api_reg_secret": "rs"}
REFRESH = "/rest/v2/auth/refresh-token.json"
NEW_TOKEN = {"access_token": "new", "token_type": "Bearer", "expires_in": 2_592_000}
KEY_FAILED = {"error": {"error_code": 6, "error_msg": "Key authentication failed"}}
DENIED = {"error": {"error_code": 7, "error_msg": "Permission Denied"}}


class Kept:
    """A vault of one account; it may be locked."""

    def __init__(self, *, locked: bool = False) -> None:
        self.secrets: dict[str, str] = {}
        self._locked = locked

    async def __call__(self, renewed: Mapping[str, str]) -> None:
        if self._locked:
            raise VaultFault("the keyring is locked")
        self.secrets |= renewed


class Lapsed:
    """A RunSignUp that knows the new token only, and renews the old one."""

    def __init__(self, refusal: Say, token: Say) -> None:
        self._refusal, self._token = refusal, token

    def __call__(self, request: Request) -> Say:
        if request.path == REFRESH:
            return self._token
        good = request.headers["authorization"] == "Bearer new"
        return say_json({"races": []}) if good else self._refusal


def oauth_at(line: Line, kept: Kept | None = None, **changes: str) -> AccountAccess:
    return AccountAccess(Provider.RUNSIGNUP, OAUTH | changes, line.url, keep=kept)


def forms(line: Line) -> list[dict[str, str]]:
    """The forms of all token calls."""
    sent = [one.body.decode() for one in line.requests if one.path == REFRESH]
    return [dict(parse_qsl(body)) for body in sent]


@pytest.mark.parametrize("kind", ["v1", "v2", "oauth"])
async def test_every_kind_of_credentials_opens_the_account(practice: Practice, kind: str) -> None:
    told = practice.sandbox.description()["runsignup"]
    secrets = told["secrets"] if kind == "v1" else told["alternatives"][kind]
    access = practice.access(Provider.RUNSIGNUP, secrets=secrets)
    async with runsignup_at(access) as adapter:
        await adapter.test()
        assert await rows_of(adapter.participants(practice.scope, PageRequest()))


@pytest.mark.parametrize("registered", [{}, REGISTERED], ids=["", "registered caller"])
@pytest.mark.parametrize(
    ("secrets", "in_query", "in_headers"),
    [
        ({"api_key": "k", "api_secret": "s"}, {"api_key": "k", "api_secret": "s"}, {}),
        (
            {"rsu_api_key": "k", "rsu_api_secret": "s"},
            {"rsu_api_key": "k"},
            {"x-rsu-api-secret": "s"},
        ),
        ({"access_token": "t"}, {}, {"authorization": "Bearer t"}),
    ],
    ids=["v1", "v2", "oauth"],
)
async def test_credentials_travel_in_the_documented_places(
    secrets: dict[str, str],
    in_query: dict[str, str],
    in_headers: dict[str, str],
    registered: dict[str, str],
) -> None:
    async with Line(say_json({"races": []})) as line:
        access = AccountAccess(Provider.RUNSIGNUP, secrets | registered, line.url)
        async with runsignup_at(access) as adapter:
            await adapter.test()
    (request,) = line.requests
    if registered:
        in_query = in_query | {"rsu_api_reg": "r"}
        in_headers = in_headers | {"x-rsu-api-reg-secret": "rs"}
    signing = {"api_key", "api_secret", "rsu_api_key", "rsu_api_secret", "rsu_api_reg"}
    assert {k: v for k, v in request.query.items() if k in signing} == in_query
    secret = {k: v for k, v in request.headers.items() if k.startswith(("x-rsu", "auth"))}
    assert secret == in_headers
    assert request.query["format"] == "json"


@pytest.mark.parametrize(
    "secrets",
    [
        {"api_key": "k"},
        {"rsu_api_key": "k"},
        {"oauth_client_id": "1", "refresh_token": "r"},
        {"access_token": "t", "refresh_token": "r"},
        {"api_key": "k", "api_secret": "s", "rsu_api_reg": "r"},
        {"api_key": "k", "api_secret": "s", "typo": "x"},
    ],
    ids="+".join,
)
def test_half_a_pair_of_secrets_is_refused(secrets: dict[str, str]) -> None:
    with pytest.raises(UsageFault) as caught:
        check(AccountAccess(Provider.RUNSIGNUP, secrets))
    assert "x" not in caught.value.detail.split()


def test_an_unknown_wire_form_is_told_with_the_nearest() -> None:
    access = replace(bare(Provider.RUNSIGNUP), wire={"participant": "/x"})
    with pytest.raises(UsageFault, match="participants"):
        check(access)


async def test_a_path_from_the_settings_stands_in_place_of_the_declared_one() -> None:
    async with Line(say_json({"races": []})) as line:
        access = replace(bare(Provider.RUNSIGNUP, line.url), wire={"races": "/Rest/races"})
        async with runsignup_at(access) as adapter:
            await adapter.test()
    assert line.requests[0].path == "/Rest/races"


async def test_a_token_that_lapses_in_mid_listing_is_renewed_and_the_listing_goes_on(
    practice: Practice,
) -> None:
    told = practice.sandbox.description()["runsignup"]["alternatives"]["oauth"]
    kept, rows = Kept(), []
    access = practice.access(Provider.RUNSIGNUP, secrets=told, keep=kept)
    async with runsignup_at(access) as adapter:
        async for page in adapter.participants(practice.scope, PageRequest()):
            rows += list(page.rows)
            if not kept.secrets:
                practice.runsignup.credentials.expire_access_tokens()
        whole = await rows_of(adapter.participants(practice.scope, PageRequest()))
    assert rows == whole
    assert practice.runsignup.calls[f"POST {REFRESH}"] == 1
    # what was kept opens the account next time, without another renewal
    fresh = practice.access(Provider.RUNSIGNUP, secrets=told | kept.secrets)
    async with runsignup_at(fresh) as adapter:
        await adapter.test()
    assert practice.runsignup.calls[f"POST {REFRESH}"] == 1


@pytest.mark.parametrize("refusal", [say_json(KEY_FAILED), Say(401)], ids=["code 6", "401"])
async def test_a_refused_token_is_renewed_by_the_documented_form(refusal: Say) -> None:
    kept = Kept()
    token = say_json(NEW_TOKEN, Date="Sat, 17 Oct 2026 12:00:00 GMT")
    async with Line(Lapsed(refusal, token)) as line:
        access = oauth_at(line, kept, **REGISTERED)
        async with runsignup_at(access) as adapter:
            await adapter.test()
            assert adapter.token_until == datetime(2026, 11, 16, 12, tzinfo=UTC)
        (renewing,) = [one for one in line.requests if one.path == REFRESH]
    assert forms(line) == [
        {
            "grant_type": "refresh_token",
            "client_id": "1234",
            "client_secret": OAUTH["oauth_client_secret"],
            "refresh_token": OAUTH["refresh_token"],
        }
    ]
    assert "authorization" not in renewing.headers
    assert (renewing.query["rsu_api_reg"], renewing.headers["x-rsu-api-reg-secret"]) == ("r", "rs")
    # the answer named no other refresh token, so the old one stays good
    assert kept.secrets == {"access_token": "new", "refresh_token": OAUTH["refresh_token"]}


async def test_a_missing_right_is_no_lapsed_token() -> None:
    async with Line(Lapsed(say_json(DENIED), say_json(NEW_TOKEN))) as line:
        async with runsignup_at(oauth_at(line)) as adapter:
            with pytest.raises(Forbidden):
                await adapter.test()
        assert forms(line) == []


@pytest.mark.parametrize("status", [400, 401])
async def test_a_refused_renewal_is_told_once_and_without_secrets(status: int) -> None:
    flat = {"error": "invalid_grant", "error_description": f"{OAUTH['refresh_token']} is over"}
    async with Line(Lapsed(say_json(KEY_FAILED), say_json(flat, status))) as line:
        async with runsignup_at(oauth_at(line)) as adapter:
            with pytest.raises(Unauthorized, match="does not renew") as caught:
                await adapter.test()
        assert len(line.requests) == 2
    assert CANARY not in f"{caught.value.as_dict()} {caught.value!r}"


async def test_without_a_refresh_token_nothing_is_renewed() -> None:
    async with Line(Lapsed(say_json(KEY_FAILED), say_json(NEW_TOKEN))) as line:
        secrets = {"access_token": "old"}
        access = AccountAccess(Provider.RUNSIGNUP, secrets, line.url)
        async with runsignup_at(access) as adapter:
            with pytest.raises(Unauthorized, match="Key authentication failed"):
                await adapter.test()
        assert len(line.requests) == 1


async def test_a_keyring_that_cannot_keep_the_token_does_not_spoil_the_work() -> None:
    far_side, kept = Lapsed(say_json(KEY_FAILED), say_json(NEW_TOKEN)), Kept(locked=True)
    async with Line(far_side) as line, runsignup_at(oauth_at(line, kept)) as adapter:
        await adapter.test()
        (told,) = adapter.warnings(date(2026, 10, 17))
    assert "the keyring is locked" in told


def test_a_token_that_says_when_it_lapses_is_believed() -> None:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": 1_793_188_800}).encode())
    token = f"e30.{claims.decode().rstrip('=')}.sig"
    adapter = RunSignUp(AccountAccess(Provider.RUNSIGNUP, {"access_token": token}))
    assert isinstance(adapter, HoldsToken)
    assert adapter.token_until == datetime.fromtimestamp(1_793_188_800, UTC)


@pytest.mark.parametrize("token", ["opaque", "a.b.c", "a.e30.c", "..", "a.W10.c"])
def test_any_other_token_has_no_known_end(token: str) -> None:
    assert RunSignUp(AccountAccess(Provider.RUNSIGNUP, {"access_token": token})).token_until is None


@pytest.mark.parametrize(
    ("today", "words"),
    [
        (date(2026, 11, 30), None),
        (date(2026, 12, 1), "will refuse calls"),
        (date(2026, 12, 31), "will refuse calls"),
        (date(2027, 1, 1), "refuses calls"),
    ],
)
def test_a_missing_registration_of_the_caller_is_told_in_time(
    today: date, words: str | None
) -> None:
    without = RunSignUp(bare(Provider.RUNSIGNUP))
    assert isinstance(without, WarnsAhead)
    told = " ".join(without.warnings(today))
    assert (words in told) if words else told == ""
    secrets = {"api_key": "k", "api_secret": "s"} | REGISTERED
    assert RunSignUp(AccountAccess(Provider.RUNSIGNUP, secrets)).warnings(today) == []

"""Tokens against real sockets: fetched once, renewed in time and when refused, never looped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from p88console.domain.errors import Call, Malformed, Transient, Unauthorized
from p88console.domain.model import Provider
from p88console.providers.base import CallLimits
from p88console.providers.http import Door
from p88console.providers.signing import Signature
from p88console.providers.tokens import Token, TokenSigner, fetched
from tests.providers.wire import Answering, Line, Request, Say, say_json

NOON = datetime(2026, 10, 17, 12, 0, tzinfo=UTC)
DATE = "Sat, 17 Oct 2026 12:00:00 GMT"
LIMITS = CallLimits(concurrent=8, per_second=1000)


def sign(access: str) -> Signature:
    return Signature(headers={"Authorization": access})


class Desk:
    """Gives tokens t1, t2, … and remembers by which refresh token each was asked for."""

    def __init__(self, until: datetime | None = None, *, refuses_refresh: bool = False) -> None:
        self.asked: list[str | None] = []
        self._until = until
        self._refuses_refresh = refuses_refresh

    async def __call__(self, old: Token | None) -> Token:
        self.asked.append(old.refresh if old else None)
        await asyncio.sleep(0)
        if old is not None and self._refuses_refresh:
            raise Unauthorized(Call(Provider.HAKU), "no longer")
        number = len(self.asked)
        return Token(f"t{number}", self._until, f"r{number}")


class SharedSigner(TokenSigner):
    """A signer whose every new token is used by somebody else at once."""

    others: Door

    async def renew(self, refused: Signature) -> bool:
        renewed = await super().renew(refused)
        await self.others.get("/other")
        return renewed


def takes(*good: str) -> Answering:
    """A far side that accepts these tokens only."""

    def answer(request: Request) -> Say:
        known = request.headers.get("authorization") in good
        return say_json({"ok": True}, Date=DATE) if known else say_json({}, 401, Date=DATE)

    return answer


@asynccontextmanager
async def signed_door(line: Line, signer: TokenSigner) -> AsyncIterator[Door]:
    door = Door(Provider.HAKU, line.url, LIMITS, signer=signer)
    try:
        yield door
    finally:
        await door.close()


async def test_one_token_is_fetched_for_many_calls_at_once() -> None:
    desk = Desk()
    async with Line(takes("t1")) as line, signed_door(line, TokenSigner(desk, sign)) as door:
        await asyncio.gather(*(door.get("/") for _ in range(8)))
    assert desk.asked == [None]


async def test_a_refused_token_is_renewed_once_for_all_calls_that_met_it() -> None:
    """D6."""
    desk = Desk()
    async with Line(takes("t2")) as line, signed_door(line, TokenSigner(desk, sign)) as door:
        await asyncio.gather(*(door.get("/") for _ in range(5)))
    assert desk.asked == [None, "r1"]


async def test_a_token_that_stays_refused_ends_the_call_after_one_renewal() -> None:
    desk = Desk()
    async with Line(takes()) as line, signed_door(line, TokenSigner(desk, sign)) as door:
        with pytest.raises(Unauthorized):
            await door.get("/")
        assert len(line.requests) == 2
    assert desk.asked == [None, "r1"]


@pytest.mark.parametrize(("lapses", "renewed"), [(2, True), (3, True), (4, False)])
async def test_a_token_that_worked_and_lapsed_in_turn_is_renewed_again_but_not_for_ever(
    lapses: int, *, renewed: bool
) -> None:
    desk, refused = Desk(), list[str]()

    def answer(request: Request) -> Say:
        """Every token works, until it meets the call at `/late` while that may still be refused."""
        token = request.headers["authorization"]
        if request.path == "/late" and len(refused) < lapses:
            refused.append(token)
            return say_json({}, 401, Date=DATE)
        return say_json({"ok": True}, Date=DATE)

    signer = SharedSigner(desk, sign)
    async with Line(answer) as line, signed_door(line, signer) as door:
        signer.others = door
        if renewed:
            await door.get("/late")
        else:
            with pytest.raises(Unauthorized):
                await door.get("/late")
    assert len(desk.asked) == min(lapses, 3) + 1


async def test_a_refused_refresh_token_is_given_up_for_the_credentials() -> None:
    desk = Desk(refuses_refresh=True)
    async with Line(takes("t3")) as line, signed_door(line, TokenSigner(desk, sign)) as door:
        await door.get("/")
    assert desk.asked == [None, "r1", None]


async def test_no_right_to_something_is_no_lapsed_token() -> None:
    desk = Desk()
    forbidden = say_json({"message": "Forbidden"}, 403)
    async with Line(forbidden) as line, signed_door(line, TokenSigner(desk, sign)) as door:
        with pytest.raises(Unauthorized):
            await door.get("/")
        assert len(line.requests) == 1


async def test_a_token_near_its_end_by_the_providers_clock_is_replaced_beforehand() -> None:
    """D6."""
    desk = Desk(until=NOON + timedelta(minutes=4))
    async with Line(takes("t1", "t2")) as line, signed_door(line, TokenSigner(desk, sign)) as door:
        await door.get("/")
        await door.get("/")
        assert [one.headers["authorization"] for one in line.requests] == ["t1", "t2"]


async def test_a_given_token_that_cannot_be_renewed_is_not_asked_for_again() -> None:
    desk = Desk()
    signer = TokenSigner(desk, sign, token=Token("given"), fetches_anew=False)
    async with Line(takes()) as line, signed_door(line, signer) as door:
        with pytest.raises(Unauthorized):
            await door.get("/")
    assert desk.asked == []


async def token_from(said: Say) -> Token:
    async with Line(said) as line:
        door = Door(Provider.RACEROSTER, line.url, LIMITS)
        try:
            return await fetched(door.ask_by_form("/token", {"grant_type": "x"}))
        finally:
            await door.close()


PLAIN = {"access_token": "abc", "expires_in": "3600", "refresh_token": "def", "scope": "a b"}


@pytest.mark.parametrize("body", [PLAIN, {"data": PLAIN}, {"data": [PLAIN]}])
async def test_a_token_is_found_in_whatever_it_is_wrapped(body: Any) -> None:
    assert await token_from(say_json(body, Date=DATE)) == Token(
        "abc", NOON + timedelta(hours=1), "def", ("a", "b")
    )


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_refused_credentials_hold_the_account(status: int) -> None:
    with pytest.raises(Unauthorized):
        await token_from(say_json({"error": "invalid_grant"}, status))


async def test_an_answer_without_a_token_is_not_the_providers() -> None:
    with pytest.raises(Malformed):
        await token_from(say_json({"data": []}))


async def test_a_token_call_that_breaks_off_changed_nothing_and_is_tried_again() -> None:
    with pytest.raises(Transient):
        await token_from(Say(reset=True))

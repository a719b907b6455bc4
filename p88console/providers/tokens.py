"""Tokens that sign calls: fetched when first needed, renewed shortly before and when refused.

Time is the provider's own, from the `Date` of its answers: an adapter has no clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from p88console.domain.errors import Rejected, Unauthorized
from p88console.providers.http import Answer, not_theirs
from p88console.providers.reading import whole
from p88console.providers.signing import Signature

RENEW_BEFORE = timedelta(minutes=5)
"""How long before its end a token is replaced."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token and how long it holds, by the provider's clock."""

    access: str
    until: datetime | None = None
    refresh: str | None = None
    scopes: tuple[str, ...] = ()


Fetch = Callable[[Token | None], Awaitable[Token]]
"""Gets a token: by the refresh token of the one given, or from the credentials for None."""


class TokenSigner:
    """Signs calls with a token, one fetch at a time for all of them."""

    def __init__(
        self,
        fetch: Fetch,
        sign: Callable[[str], Signature],
        *,
        token: Token | None = None,
        fetches_anew: bool = True,
    ) -> None:
        """Make ready; nothing is fetched before the first call.

        Args:
            fetch: Gets a token.
            sign: What a call carries for an access token.
            token: The token to begin with, where the account brings one.
            fetches_anew: Whether the credentials alone are good for a token.
        """
        self._fetch = fetch
        self._sign = sign
        self._token = token
        self._anew = fetches_anew
        self._fetching = asyncio.Lock()
        self._theirs: datetime | None = None
        self._worked: Signature | None = None

    @property
    def until(self) -> datetime | None:
        """When the token in use lapses, by the provider's clock."""
        return self._token.until if self._token else None

    @property
    def scopes(self) -> tuple[str, ...]:
        """What the token in use is good for, where the provider says so."""
        return self._token.scopes if self._token else ()

    def heard(self, signature: Signature, server_time: datetime | None) -> None:
        """Take note of a signature that was accepted, and of the provider's clock."""
        self._worked = signature
        self._theirs = server_time or self._theirs

    def worked(self, signature: Signature) -> bool:
        """Whether this is the signature that was accepted last."""
        return signature == self._worked

    async def signature(self) -> Signature:
        """What signs a call now; a token near its end is replaced first."""
        async with self._fetching:
            token = self._token
            if token is None or self._lapses(token):
                token = await self._next(token)
        return self._sign(token.access)

    async def renew(self, refused: Signature) -> bool:
        """Replace the token that was refused, unless another call has done so already."""
        async with self._fetching:
            token = self._token
            if token is not None and self._sign(token.access) != refused:
                return True
            if token is None or not (token.refresh or self._anew):
                return False
            await self._next(token)
        return True

    def _lapses(self, token: Token) -> bool:
        if token.until is None or self._theirs is None or not (token.refresh or self._anew):
            return False
        return token.until - self._theirs < RENEW_BEFORE

    async def _next(self, old: Token | None) -> Token:
        """By the refresh token first; a refused one is given up for the credentials."""
        try:
            self._token = await self._fetch(old if old is not None and old.refresh else None)
        except Unauthorized:
            if old is None or not old.refresh or not self._anew:
                raise
            self._token = await self._fetch(None)
        return self._token


async def fetched(asking: Awaitable[Answer]) -> Token:
    """The token in a token call's answer, wrapped in `data` (an object or a list of one) or bare.

    Raises `Unauthorized` when the call was refused for what it brought, `Malformed` for an answer
    without a token, and any other `ProviderFault` as it is.
    """
    try:
        answer = await asking
    except Rejected as fault:
        if fault.call.status not in (400, 404, 422):
            raise
        raise Unauthorized(
            fault.call,
            f"{fault.call.provider.title} gives no token for these credentials",
            fault.detail,
            "check them at the provider, store them again, then resume the account",
        ) from None
    body = _unwrapped(answer.body)
    access = body.get("access_token")
    if not isinstance(access, str) or not access:
        raise not_theirs(answer.call, "no access_token in the answer")
    lasts, refresh = whole(body.get("expires_in")), body.get("refresh_token")
    until = None
    if lasts is not None and answer.server_time is not None:
        until = answer.server_time + timedelta(seconds=lasts)
    scopes = str(body.get("scope") or "").replace(",", " ").split()
    return Token(access, until, str(refresh) if refresh else None, tuple(scopes))


def _unwrapped(body: Any) -> dict[str, Any]:
    inner = body.get("data", body) if isinstance(body, dict) else body
    if isinstance(inner, list) and len(inner) == 1:
        inner = inner[0]
    return inner if isinstance(inner, dict) else {}

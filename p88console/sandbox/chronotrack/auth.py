"""Who may call: a client id in every query, and one of three ways for a user to sign in."""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
import string
from datetime import datetime, timedelta
from random import Random
from typing import Any

from starlette.requests import Request

from p88console.system.clock import Clock

TOKEN_LIFE_S = 259_200
"""Race seconds an access token is good for: three days (captured)."""


class Credentials:
    """Throw-away credentials of one user of one client, drawn from the world's seed.

    Simple, Basic and the OAuth password grant are confirmed; the refresh grant, and that its token
    is used up by it, are assumed.
    """

    def __init__(self, rng: Random, clock: Clock, token_life_s: float) -> None:
        self.client_id = "".join(rng.choices("0123456789abcdef", k=8))
        self.client_secret = _word(rng, 32)
        self.user_id = "timing@practice.example"
        self.password = _word(rng, 16)
        self.token_life_s = token_life_s
        """Race seconds that access tokens given out from now on are good for."""
        self._clock = clock
        self._good_until: dict[str, datetime] = {}
        self._used: set[str] = set()
        self._refresh_tokens: set[str] = set()

    @property
    def password_sha1(self) -> str:
        """What the simple way sends instead of the password: its lower-case hex SHA-1."""
        return hashlib.sha1(self.password.encode(), usedforsecurity=False).hexdigest()

    def admit(self, request: Request) -> bool:
        """Whether a call may pass; a header counts before the query (assumed)."""
        query = request.query_params
        if query.get("client_id") != self.client_id:
            return False
        kind, _, value = request.headers.get("authorization", "").partition(" ")
        if kind == "Bearer":
            until = self._good_until.get(value)
            good = until is not None and self._clock.now() < until
            self._used |= {value} if good else set()
            return good
        if kind:
            return _basic(request) == (self.user_id, self.password)
        sent = (query.get("user_id"), query.get("user_pass"))
        return sent == (self.user_id, self.password_sha1)

    def grant(self, request: Request) -> tuple[int, dict[str, Any]]:
        """HTTP status and body of the token call (fields captured, errors assumed)."""
        query = request.query_params
        if _basic(request) != (self.client_id, self.client_secret):
            return 401, _refusal("invalid_client", "Client authentication failed")
        if query.get("grant_type") == "password":
            if (query.get("username"), query.get("password")) == (self.user_id, self.password):
                return 200, self._new_tokens()
            return 401, _refusal("invalid_grant", "Invalid username and password combination")
        if query.get("grant_type") == "refresh_token":
            if query.get("refresh_token") in self._refresh_tokens:
                self._refresh_tokens.remove(query["refresh_token"])
                return 200, self._new_tokens()
            return 400, _refusal("invalid_grant", "Invalid refresh token")
        return 400, _refusal("unsupported_grant_type", "Use password or refresh_token")

    def revoke(self, *, refresh_tokens: bool = False) -> bool:
        """Make every access token worthless, and the refresh tokens too if told so.

        Returns:
            Whether there was an access token.
        """
        any_issued = bool(self._good_until)
        self._good_until.clear()
        if refresh_tokens:
            self._refresh_tokens.clear()
        return any_issued

    def expire(self) -> bool:
        """Let the access tokens lapse that have served a call; a fresh one is good for one.

        Returns:
            Whether there was one.
        """
        lapsing = self._used & self._good_until.keys()
        for token in lapsing:
            del self._good_until[token]
        return bool(lapsing)

    def _new_tokens(self) -> dict[str, Any]:
        access_token, refresh_token = secrets.token_hex(20), secrets.token_hex(20)
        self._good_until[access_token] = self._clock.now() + timedelta(seconds=self.token_life_s)
        self._refresh_tokens.add(refresh_token)
        return {
            "access_token": access_token,
            "token_type": "bearer",
            "expires_in": int(self.token_life_s) - 1,
            "refresh_token": refresh_token,
        }


def _basic(request: Request) -> tuple[str, str] | None:
    kind, _, value = request.headers.get("authorization", "").partition(" ")
    if kind != "Basic":
        return None
    try:
        name, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return name, password


def _refusal(error: str, description: str) -> dict[str, Any]:
    return {"error": error, "error_description": description}


def _word(rng: Random, length: int) -> str:
    return "".join(rng.choices(string.ascii_letters + string.digits, k=length))

"""Signing in at Race Roster: a client and a user together, tokens for a day."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

from p88console.sandbox.registering.calls import Call, Refusal
from p88console.sandbox.tokens import Tokens

LIFETIME = timedelta(seconds=86_400)
"""How long a token is good (confirmed in the vendor's sample token)."""


class SignIn:
    """Throw-away credentials of one account, drawn from the world's seed."""

    def __init__(self, rng: Random) -> None:
        def text(length: int) -> str:
            return "".join(rng.choices("abcdefghijkmnpqrstuvwxyz23456789", k=length))

        self.client = {"client_id": str(rng.randrange(100, 999)), "client_secret": text(40)}
        self.user = {"username": "timing@example.org", "password": text(16)}
        self.tokens = Tokens(LIFETIME)
        self._refresh_tokens: set[str] = set()

    def grant(self, form: Mapping[str, str], now: datetime) -> tuple[int, dict[str, Any]]:
        """HTTP status and body of a token call, the body not wrapped yet.

        The form is confirmed by three clients, the error's keys by one; its statuses are assumed.
        """
        if any(form.get(name) != value for name, value in self.client.items()):
            return 401, _error("invalid_client", "Client authentication failed")
        grant = form.get("grant_type")
        if grant == "access_token":
            if any(form.get(name) != value for name, value in self.user.items()):
                return 400, _error("invalid_grant", "The user credentials were incorrect.")
        elif grant == "refresh_token":
            if form.get("refresh_token") not in self._refresh_tokens:
                return 400, _error("invalid_grant", "The refresh token is invalid.")
        else:
            return 400, _error("unsupported_grant_type", "The grant type is not supported.")
        refresh_token = secrets.token_urlsafe(60)
        self._refresh_tokens.add(refresh_token)
        return 200, {
            "access_token": self.tokens.issue(now),
            "token_type": "Bearer",
            "expires_in": int(LIFETIME.total_seconds()),
            "refresh_token": refresh_token,
        }

    def admit(self, call: Call) -> None:
        """Let a call in.

        Raises:
            Refusal: It has no token, or one that is not good any more.
        """
        kind, _, token = call.headers.get("authorization", "").partition(" ")
        if kind != "Bearer" or not self.tokens.admits(token, call.now):
            raise Refusal(401, "Unauthenticated.")


def _error(error: str, description: str) -> dict[str, Any]:
    return {"error": error, "error_description": description, "hint": None}

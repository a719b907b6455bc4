"""Who may call Haku: one client for each organisation, tokens for an hour, calls by the hour."""

from __future__ import annotations

import base64
import binascii
import math
from collections import deque
from datetime import datetime, timedelta
from random import Random
from typing import Any
from urllib.parse import parse_qsl

from p88console.sandbox.haku.ways import Ways
from p88console.sandbox.registering.calls import Call, Refusal
from p88console.sandbox.tokens import Tokens

LIFETIME = timedelta(seconds=3600)
"""How long a token is good (a client's default)."""

HOUR = timedelta(hours=1)
LIMIT_EXCEEDED = {"message": "Limit Exceeded"}


class Gate:
    """Throw-away credentials of one organisation, drawn from the world's seed, and its budget."""

    def __init__(self, rng: Random, ways: Ways) -> None:
        def text(length: int) -> str:
            return "".join(rng.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=length))

        self.secrets = {"client_id": text(26), "client_secret": text(52)}
        self.tokens = Tokens(LIFETIME)
        self._ways = ways
        self._calls: deque[datetime] = deque()

    def grant(self, call: Call) -> tuple[int, dict[str, Any]]:
        """HTTP status and body of a token call.

        Basic credentials and the form are confirmed; the errors are those of its identity service.
        """
        form = dict(parse_qsl(call.body.decode(errors="replace")))
        if _basic(call) != (self.secrets["client_id"], self.secrets["client_secret"]):
            return 400, {"error": "invalid_client"}
        if form.get("grant_type") != "client_credentials":
            return 400, {"error": "invalid_grant"}
        return 200, {
            "access_token": self.tokens.issue(call.now),
            "expires_in": int(LIFETIME.total_seconds()),
            "token_type": "Bearer",
        }

    def admit(self, call: Call) -> None:
        """Let a call in whose `Authorization` is the raw token, without `Bearer` (confirmed).

        Raises:
            Refusal: It has no good token, no access, or is one too many in its hour.
        """
        if not self.tokens.admits(call.headers.get("authorization", ""), call.now):
            raise Refusal(401, "Unauthorized")
        if self._ways.forbidden:
            raise Refusal(403, "Forbidden")
        while self._calls and self._calls[0] <= call.now - HOUR:
            self._calls.popleft()
        limit = self._ways.calls_per_hour
        if limit is not None and len(self._calls) >= limit:
            # The oldest calls must leave the hour until there is room for one more.
            frees = self._calls[len(self._calls) - limit] + HOUR if limit else call.now + HOUR
            wait = math.ceil((frees - call.now).total_seconds())
            raise Refusal(429, LIMIT_EXCEEDED["message"], wait_s=wait)
        self._calls.append(call.now)


def _basic(call: Call) -> tuple[str, str] | None:
    kind, _, encoded = call.headers.get("authorization", "").partition(" ")
    try:
        name, _, word = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (name, word) if kind == "Basic" else None

"""Who may call: RunSignUp's three kinds of credentials, and two requests at a time for each."""

from __future__ import annotations

import secrets
import string
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

from starlette.requests import Request

from p88console.sandbox.runsignup import faults

_LETTERS = string.ascii_letters + string.digits


class Credentials:
    """Throw-away credentials of one account, drawn from the world's seed.

    Confirmed in vendor docs: v1 keys as query parameters, v2 as query parameter and header, OAuth
    as a bearer token. Measured by others: code 6 for wrong ones, 7 for none.
    """

    def __init__(self, rng: Random) -> None:
        def token(length: int) -> str:
            return "".join(rng.choices(_LETTERS, k=length))

        self.v1 = {"api_key": token(32), "api_secret": token(32)}
        self.v2 = {"rsu_api_key": token(32), "rsu_api_secret": token(40)}
        self.oauth = {
            "oauth_client_id": str(rng.randrange(1000, 9999)),
            "oauth_client_secret": token(40),
            "access_token": f"{token(20)}.{token(60)}.{token(43)}",
            "refresh_token": token(80),
        }
        self._access_tokens = {self.oauth["access_token"]}

    def identify(self, request: Request) -> str:
        """The key a request comes under.

        Raises:
            ApiError: No credentials, or wrong ones.
        """
        query, headers = request.query_params, request.headers
        if "api_key" in query or "api_secret" in query:
            sent = {name: query.get(name, "") for name in self.v1}
            return self._admit("v1", sent == self.v1)
        if "rsu_api_key" in query or "x-rsu-api-secret" in headers:
            key, secret = query.get("rsu_api_key", ""), headers.get("x-rsu-api-secret", "")
            return self._admit("v2", [key, secret] == list(self.v2.values()))
        if "authorization" in headers:
            kind, _, token = headers["authorization"].partition(" ")
            return self._admit("oauth", kind == "Bearer" and token in self._access_tokens)
        raise faults.permission_denied()

    @staticmethod
    def _admit(key: str, right: bool) -> str:  # noqa: FBT001  # a verdict, not a switch
        if not right:
            raise faults.key_failed()
        return key

    def expire_access_tokens(self) -> bool:
        """From now on only a refreshed access token is good; False if none was good before."""
        any_good = bool(self._access_tokens)
        self._access_tokens.clear()
        return any_good

    def refresh(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """HTTP status and flat body of the token endpoint (fields confirmed in vendor's app)."""
        names = {"client_id": "oauth_client_id", "client_secret": "oauth_client_secret"}
        if form.get("grant_type") != "refresh_token":
            return 400, _token_error("unsupported_grant_type", "Use refresh_token.")
        if any(form.get(name) != self.oauth[ours] for name, ours in names.items()):
            return 401, _token_error("invalid_client", "Client authentication failed")
        if form.get("refresh_token") != self.oauth["refresh_token"]:
            return 400, _token_error("invalid_grant", "The refresh token is invalid.")
        access_token = secrets.token_urlsafe(64)
        self._access_tokens.add(access_token)
        return 200, {
            "token_type": "Bearer",
            "expires_in": 2_592_000,
            "access_token": access_token,
            "refresh_token": self.oauth["refresh_token"],
        }


def _token_error(error: str, description: str) -> dict[str, Any]:
    return {"error": error, "error_description": description, "message": description}


class Throttle:
    """Counts the requests now under way for each key and refuses those above the limit.

    Two at a time is what the developer contract is said to allow (second-hand).
    """

    def __init__(self, at_a_time: int | None) -> None:
        self.at_a_time = at_a_time
        self._under_way: Counter[str] = Counter()

    @contextmanager
    def hold(self, key: str) -> Iterator[None]:
        """Count one request until it is answered.

        Raises:
            ApiError: As many as allowed are under way already.
        """
        if self.at_a_time is not None and self._under_way[key] >= self.at_a_time:
            raise faults.throttled()
        self._under_way[key] += 1
        try:
            yield
        finally:
            self._under_way[key] -= 1

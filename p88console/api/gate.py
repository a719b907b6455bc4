"""Who gets in: this machine's own programs with the token, asking this very address."""

from __future__ import annotations

import hmac

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_BYTES = 64_000
"""The longest body; the largest sensible one names a few hundred jobs."""

NAMES = ("127.0.0.1", "localhost")
"""How this machine calls itself."""

OPEN = ("/docs", "/openapi.json")
"""Pages that hold nothing of anybody and need no token."""


class Gate:
    """Refuses foreign hosts, foreign origins, long bodies, and callers without the token.

    A page in a browser can reach a loopback address, and a name of somebody else's can point to
    it: so host and origin must be this server's own.
    """

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through or answer it here."""
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        hosts = {f"{name}:{scope['server'][1]}" for name in NAMES}
        refusal = self._refusal(scope["path"], headers, hosts)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        body = await _body(receive)
        if body is None:
            await _too_long()(scope, receive, send)
            return
        await self._app(scope, _once(body, receive), send)

    def _refusal(self, path: str, headers: Headers, hosts: set[str]) -> JSONResponse | None:
        if headers.get("host", "") not in hosts:
            return refused(403, "foreign_host", "this is not the host that was asked for")
        origin = headers.get("origin")
        if origin is not None and origin.removeprefix("http://") not in hosts:
            return refused(403, "foreign_origin", "pages of other origins get nothing here")
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > BODY_BYTES:
            return _too_long()
        if path in OPEN:
            return None
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(
            given.strip().encode(), self._token.encode()
        ):
            return refused(
                401,
                "unauthorized",
                "the token is missing or wrong",
                "p88console api --print-token",
                {"WWW-Authenticate": "Bearer"},
            )
        return None


async def _body(receive: Receive) -> bytes | None:
    """The whole body; None as soon as it is longer than it may be."""
    body = b""
    while len(body) <= BODY_BYTES:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return body if len(body) <= BODY_BYTES else None
    return None


def _once(body: bytes, receive: Receive) -> Receive:
    """What hands the body out, then whatever else comes from the caller."""
    left = [body]

    async def replayed() -> Message:
        if left:
            return {"type": "http.request", "body": left.pop(), "more_body": False}
        return await receive()

    return replayed


def _too_long() -> JSONResponse:
    return refused(413, "too_long", f"a body may have {BODY_BYTES} bytes")


def refused(
    status: int, code: str, title: str, hint: str = "", headers: dict[str, str] | None = None
) -> JSONResponse:
    """A refusal in the words that every door speaks."""
    error = {"code": code, "title": title, "detail": "", "hint": hint}
    return JSONResponse({"error": error}, status, headers)

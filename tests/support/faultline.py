"""A line between product and provider that can be cut, bent and tapped, on real sockets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

PORTAL = b"<html><body>Welcome to Venue WiFi, please accept the terms</body></html>"


class Weather(StrEnum):
    """What the line does to a request whose first line contains the target text."""

    FAIR = "fair"
    HELD = "held"
    """The request is under way until `released`; then it arrives, whoever still waits for it."""
    DEAF = "deaf"
    """The request arrives, its answer never does."""
    MUTE = "mute"
    """The request arrives, and the line stays open and silent until the weather changes."""
    PORTAL = "portal"
    """A sign-in page answers 200 instead of the provider."""
    FAULT = "fault"
    """The provider's own gateway answers 502."""
    SLOWDOWN = "slowdown"
    """429 with Retry-After: 300."""
    LOCKED = "locked"
    """401."""
    EMPTY = "empty"
    """An empty list, as if nobody had ever registered."""
    SWALLOWED = "swallowed"
    """The provider says yes and does nothing."""


ANSWERS = {
    Weather.PORTAL: (b"200 OK", b"text/html", PORTAL, b""),
    Weather.FAULT: (b"502 Bad Gateway", b"text/html", b"<h1>Bad Gateway</h1>", b""),
    Weather.SLOWDOWN: (
        b"429 Too Many Requests",
        b"application/json",
        b"{}",
        b"Retry-After: 300\r\n",
    ),
    Weather.EMPTY: (b"200 OK", b"application/json", b"[]", b""),
    Weather.SWALLOWED: (
        b"200 OK",
        b"application/json",
        b'{"result":{"code":0,"message":""},"data":{}}',
        b"",
    ),
    Weather.LOCKED: (b"401 Unauthorized", b"application/json", b'{"message":"Forbidden"}', b""),
}


class FaultLine:
    """Forwards one connection after the other to a provider, as the weather allows."""

    def __init__(self, target_url: str) -> None:
        parts = urlsplit(target_url)
        self._target = (str(parts.hostname), int(parts.port or 80))
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self.weather = Weather.FAIR
        self.hits = ""
        """Only requests whose first line contains this are met by the weather."""
        self.skip = 0
        """How many such requests pass unharmed first."""
        self.requests: list[str] = []
        self.heads: list[str] = []
        """The whole head of each request, its first line included."""
        self.bodies: list[bytes] = []
        """What was written, in order."""
        self.bend: Callable[[Any], Any] | None = None
        """What becomes of the JSON that the provider answers to such requests."""
        self.port = 0
        self.released = asyncio.Event()

    @property
    def base_url(self) -> str:
        """Where the product should call."""
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        await self.up()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.down()

    async def up(self) -> None:
        """Answer calls, on the same port as before."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def down(self) -> None:
        """Refuse calls, as when nothing listens."""
        if self._server is None:
            return
        self._server.close()
        for writer in list(self._open):
            writer.transport.abort()
        await self._server.wait_closed()
        self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                while await self._exchange(reader, writer):
                    pass
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.readexactly(_length(head))
        first = head.split(b"\r\n", 1)[0].decode()
        self.requests.append(first)
        self.heads.append(head.decode())
        if body:
            self.bodies.append(body)
        weather = self._weather_for(first)
        if weather in ANSWERS:
            status, kind, text, extra = ANSWERS[weather]
            writer.write(
                b"HTTP/1.1 "
                + status
                + b"\r\nContent-Type: "
                + kind
                + b"\r\n"
                + extra
                + b"Content-Length: "
                + str(len(text)).encode()
                + b"\r\n\r\n"
                + text
            )
            await writer.drain()
            return True
        if weather is Weather.HELD:
            await self.released.wait()
        there_reader, there = await asyncio.open_connection(*self._target)
        try:
            there.write(_closing(head) + body)
            answer = await there_reader.read()
        finally:
            there.close()
        if weather is Weather.DEAF:
            return False
        while weather is Weather.MUTE and self.weather is weather:  # noqa: ASYNC110  # set bare
            await asyncio.sleep(0.01)
        bent = self.bend is not None and self.hits in first
        writer.write(_bent(answer, self.bend) if bent and self.bend else answer)
        await writer.drain()
        return False  # one exchange a connection keeps the line simple

    def _weather_for(self, first: str) -> Weather:
        if self.weather is Weather.FAIR or self.hits not in first:
            return Weather.FAIR
        if self.skip:
            self.skip -= 1
            return Weather.FAIR
        return self.weather


def _bent(answer: bytes, bend: Callable[[Any], Any]) -> bytes:
    head, _, body = answer.partition(b"\r\n\r\n")
    other = json.dumps(bend(json.loads(body))).encode()
    kept = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-length")]
    length = f"Content-Length: {len(other)}".encode()
    return b"\r\n".join([*kept, length]) + b"\r\n\r\n" + other


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.split(b":")[1])
    return 0


def _closing(head: bytes) -> bytes:
    lines = [
        line
        for line in head.removesuffix(b"\r\n\r\n").split(b"\r\n")
        if not line.lower().startswith(b"connection:")
    ]
    return b"\r\n".join([*lines, b"Connection: close"]) + b"\r\n\r\n"

"""A cable to a server that can be cut, or go silent while TCP still believes in it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self


class Cable:
    """Passes bytes between loopback and a server, until told otherwise."""

    def __init__(self, host: str, port: int) -> None:
        self._far = (host, port)
        self._server: asyncio.Server | None = None
        self._open = asyncio.Event()
        self._open.set()
        self._refuses = False
        self._ends: set[asyncio.StreamWriter] = set()
        self._passing: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._plugged, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Pull everything out."""
        self.cut()
        assert self._server is not None
        self._server.close()
        for task in self._passing:
            task.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)

    @property
    def port(self) -> int:
        """Where to connect instead."""
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def hush(self) -> None:
        """Pass nothing on from now, and tell nobody."""
        self._open.clear()

    def cut(self) -> None:
        """Break every connection and refuse new ones."""
        self._refuses = True
        for end in self._ends:
            end.transport.abort()
        self._ends.clear()

    def mend(self) -> None:
        """Be a good cable again; what was swallowed meanwhile is gone with its connections."""
        for end in self._ends:
            end.transport.abort()
        self._ends.clear()
        self._refuses = False
        self._open.set()

    async def _plugged(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        if self._refuses:
            back.transport.abort()
            return
        far, forth = await asyncio.open_connection(*self._far)
        self._ends |= {back, forth}
        for source, sink in ((near, forth), (far, back)):
            task = asyncio.create_task(self._pass(source, sink))
            self._passing.add(task)
            task.add_done_callback(self._passing.discard)

    async def _pass(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                await self._open.wait()
                sink.write(data)
                await sink.drain()
        sink.close()

"""One application on one loopback socket: uvicorn, without its signals, logs and own date."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

GRACE_S = 2.0
"""Machine seconds that requests under way get to finish when the listener stops."""


class Listener:
    """Serves an application from `start` until `stop`."""

    def __init__(
        self, app: ASGIApp, port: int, *, protocol: type[H11Protocol] = H11Protocol
    ) -> None:
        """Bind the socket, so that the address is known and refused ports are found at once.

        Args:
            app: The application.
            port: The port, or 0 for a free one.
            protocol: What speaks HTTP on each connection.

        Raises:
            OSError: The port is taken.
        """
        self._socket = _loopback_socket(port)
        self._server = _Server(
            uvicorn.Config(
                app,
                http=protocol,
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="error",
                access_log=False,
                date_header=False,
                server_header=False,
                proxy_headers=False,
            )
        )
        self._serving: asyncio.Task[None] | None = None
        host, bound = self._socket.getsockname()
        self.base_url = f"http://{host}:{bound}"

    async def start(self) -> None:
        """Answer from now on."""
        self._serving = asyncio.create_task(self._server.serve(sockets=[self._socket]))
        ready = asyncio.create_task(self._server.ready.wait())
        await asyncio.wait({ready, self._serving}, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if self._serving.done():
            self._serving.result()

    async def stop(self) -> None:
        """Take no more requests, finish those under way, and close."""
        self._server.leave.set()
        if self._serving is not None:
            await self._serving
        self._socket.close()


class _Server(uvicorn.Server):
    """Leaves when told to, instead of looking ten times a second."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()
        self.leave = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to whoever runs the program."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        """Nothing to do but wait."""
        await self.leave.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close as soon as the last request is answered."""
        for server in self.servers:
            server.close()
        for sock in sockets or []:
            sock.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        if self.server_state.tasks:
            _, late = await asyncio.wait(set(self.server_state.tasks), timeout=GRACE_S)
            for task in late:
                task.cancel()
        # Idle connections are closed by now; whoever does not read its answer is cut off.
        await asyncio.sleep(0)
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await asyncio.sleep(0)


def _loopback_socket(port: int) -> socket.socket:
    # With the protocol named, asyncio switches Nagle's algorithm off; without, every answer that
    # takes two packets waits 40 ms for the client's delayed acknowledgement.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(("127.0.0.1", port))
    except BaseException:
        bound.close()
        raise
    bound.setblocking(False)
    return bound

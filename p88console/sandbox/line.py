"""The connection under a request, for those who have to cut it."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Any, Self

from starlette.types import Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

KEY = "line"


class Line:
    """One caller's connection."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    @classmethod
    def of(cls, scope: Scope) -> Self:
        """The connection that a request came over."""
        line: Self = scope["state"][KEY]
        return line

    def reset(self) -> None:
        """Break the connection off, so that the caller meets a reset."""
        sock: socket.socket = self._transport.get_extra_info("socket")
        # without lingering, closing sends a reset
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()

    def hang_up(self) -> None:
        """Close the connection once what was written is on its way."""
        self._transport.close()


class LineProtocol(H11Protocol):
    """Hands the connection to the application in the request's state."""

    def connection_made(self, transport: Any) -> None:
        """Take a caller's connection."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, KEY: Line(transport)}

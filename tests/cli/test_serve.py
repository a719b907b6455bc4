"""The console in a browser: who gets it, and that it is the console."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
import pytest

from tests.cli.conftest import Program

pytestmark = pytest.mark.skipif(os.name != "posix", reason="ended by a signal")


@contextmanager
def served(program: Program) -> Iterator[tuple[str, str]]:
    """The console on a free port; yields its address and the token."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = program.start("serve", f"--port={port}", "--watch")
    assert process.stdout is not None
    try:
        told = process.stdout.readline().strip()
        found = re.fullmatch(r"(http://127\.0\.0\.1:\d+)/\?token=(\S+)", told)
        assert found is not None, told
        yield found[1], found[2]
    finally:
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=30)
    assert found[2] not in out + err


async def answering(address: str) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                _reader, writer = await asyncio.open_connection(
                    "127.0.0.1", int(address.rpartition(":")[2])
                )
            except OSError:
                await asyncio.sleep(0.1)
            else:
                writer.close()
                await writer.wait_closed()
                return


async def status(session: aiohttp.ClientSession, url: str, **headers: str) -> int:
    async with session.get(url, headers=headers) as answer:
        return answer.status


async def test_only_who_has_the_token_gets_the_console(program: Program) -> None:
    with served(program) as (address, token):
        await answering(address)
        jar = aiohttp.CookieJar(unsafe=True)  # takes cookies of numeric addresses
        async with aiohttp.ClientSession(cookie_jar=jar) as session:
            assert await status(session, f"{address}/") == 401
            assert await status(session, f"{address}/?token=wrong") == 401
            assert await status(session, f"{address}/ws") == 401
            assert await status(session, f"{address}/?token={token}", Host="evil.example") == 403
            assert await status(session, f"{address}/?token={token}") == 200
            assert await status(session, f"{address}/", Origin="http://evil.example") == 403
            assert await status(session, f"{address}/") == 200
            async with asyncio.timeout(60), session.ws_connect(f"{address}/ws") as line:
                drawn = b""
                while b"LOOKING ON" not in drawn:
                    message = await line.receive()
                    assert message.type in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT)
                    drawn += (
                        message.data if isinstance(message.data, bytes) else message.data.encode()
                    )


def test_without_the_extra_it_is_named(program: Program) -> None:
    # an empty module of the same name stands in the way of the real one
    shadow = program.home.parent / "shadow"
    shadow.mkdir()
    (shadow / "textual_serve.py").write_text("raise ImportError('not installed')\n")
    path = os.pathsep.join([str(shadow), program.environment["PYTHONPATH"]])
    bare = Program(program.home, {"PYTHONPATH": path})
    told = bare.json("serve", code=2)["error"]
    assert "`web`" in told["title"]

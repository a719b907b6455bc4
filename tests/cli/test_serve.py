"""The console in a browser: who gets it, and that it is the console."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest

from tests.cli.conftest import Program
from tests.support import browser

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


PAINTED = """[...document.querySelectorAll('canvas')].some(one => {
    const brush = one.width && one.getContext('2d');
    if (!brush) return false;
    const dots = new Uint32Array(brush.getImageData(0, 0, one.width, one.height).data.buffer);
    return new Set(dots).size > 20;
})"""
"""Whether letters stand on a canvas of the page: their edges come in many shades."""


@pytest.mark.skipif(browser.CHROMIUM is None, reason="no Chromium on this machine")
async def test_a_browser_shows_the_console_and_asks_nobody_else(
    program: Program, tmp_path: Path
) -> None:
    with served(program) as (address, token):
        await answering(address)
        async with browser.open_page(tmp_path / "profile") as page:
            await page.call("Page.navigate", url=f"{address}/?token={token}")
            await _until(lambda: b"LOOKING ON" in page.brought)
            async with asyncio.timeout(30):
                while not await page.value(PAINTED):  # noqa: ASYNC110  the page tells nobody
                    await asyncio.sleep(0.05)
            assert token not in await page.value("location.href")
            assert {urlsplit(url).netloc for url in page.asked} == {urlsplit(address).netloc}
            page.brought = b""
            await page.press("?")
            await _until(lambda: b"Keys" in page.brought)


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110  the page's listener fills it
            await asyncio.sleep(0.05)


def test_without_the_extra_it_is_named(program: Program) -> None:
    # an empty module of the same name stands in the way of the real one
    shadow = program.home.parent / "shadow"
    shadow.mkdir()
    (shadow / "textual_serve.py").write_text("raise ImportError('not installed')\n")
    path = os.pathsep.join([str(shadow), program.environment["PYTHONPATH"]])
    bare = Program(program.home, {"PYTHONPATH": path})
    told = bare.json("serve", code=2)["error"]
    assert "`web`" in told["title"]

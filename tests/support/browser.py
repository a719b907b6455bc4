"""A headless Chromium, steered through its DevTools line."""

from __future__ import annotations

import asyncio
import base64
import itertools
import os
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
"""The browser of this machine, if it has one."""

START_S = 60.0
FLAGS = (
    "--headless=new",
    "--no-sandbox",  # tests run as root in containers
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--window-size=1200,800",
    "--remote-debugging-port=0",
)


@dataclass
class Page:
    """One page: where it reached out to, what its web sockets brought, what stands on it."""

    line: aiohttp.ClientWebSocketResponse
    asked: list[str] = field(default_factory=list)
    """Addresses that the page asked for."""
    brought: bytes = b""
    """What came through web sockets."""
    _answers: dict[int, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)
    _ids: itertools.count[int] = field(default_factory=itertools.count)

    async def call(self, method: str, **words: Any) -> dict[str, Any]:
        """Have the browser do something; its answer."""
        its_id = next(self._ids)
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._answers[its_id] = answer
        await self.line.send_json({"id": its_id, "method": method, "params": words})
        return await answer

    async def listen(self) -> None:
        """Sort what the browser tells until it ends."""
        async for message in self.line:
            told = message.json()
            if "id" in told:
                self._answers.pop(told["id"]).set_result(told.get("result", {}))
            elif told["method"] == "Network.requestWillBeSent":
                self.asked.append(told["params"]["request"]["url"])
            elif told["method"] == "Network.webSocketFrameReceived":
                frame = told["params"]["response"]
                data = frame["payloadData"]
                self.brought += base64.b64decode(data) if frame["opcode"] == 2 else data.encode()

    async def value(self, script: str) -> Any:
        """What a script comes to on the page."""
        answer = await self.call("Runtime.evaluate", expression=script, returnByValue=True)
        return answer["result"].get("value")

    async def press(self, key: str) -> None:
        """Press a key that stands for one character."""
        for kind, text in (("keyDown", key), ("keyUp", "")):
            await self.call("Input.dispatchKeyEvent", type=kind, key=key, text=text)


@asynccontextmanager
async def open_page(folder: Path) -> AsyncIterator[Page]:
    """An empty page of a browser whose profile lies in this folder; both end with the block."""
    assert CHROMIUM is not None
    process = await asyncio.create_subprocess_exec(
        CHROMIUM,
        *FLAGS,
        f"--user-data-dir={folder}",
        "about:blank",
        env={**os.environ, "HOME": str(folder)},  # whatever else it writes
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        async with aiohttp.ClientSession() as session:
            address = f"http://127.0.0.1:{await _port(folder / 'DevToolsActivePort')}/json/list"
            async with session.get(address) as answer:
                pages = [one for one in await answer.json() if one["type"] == "page"]
            async with session.ws_connect(pages[0]["webSocketDebuggerUrl"], max_msg_size=0) as line:
                page = Page(line)
                listening = asyncio.create_task(page.listen())
                await page.call("Network.enable")
                yield page
                listening.cancel()
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def _port(told: Path) -> int:
    def read() -> list[str]:
        return told.read_text().split("\n") if told.exists() else []

    async with asyncio.timeout(START_S):
        while len(lines := await asyncio.to_thread(read)) < 2:  # noqa: ASYNC110  a file tells nobody
            await asyncio.sleep(0.05)
    return int(lines[0])

"""Server-sent events: which topics changed, as they change; what changed is asked for anew."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from fastapi import APIRouter
from fastapi.sse import EventSourceResponse, ServerSentEvent

from p88console.api.parts import At
from p88console.runtime.desk import RuntimeDesk

routes = APIRouter(tags=["feed"])


@routes.get("/feed", response_class=EventSourceResponse)
async def feed(runtime: At) -> AsyncIterator[ServerSentEvent]:
    """`changed` events with the topics that changed, of other processes on this database too."""
    heard: asyncio.Queue[frozenset[str]] = asyncio.Queue()
    unwatch = RuntimeDesk(runtime).watch(heard.put_nowait)
    try:
        yield ServerSentEvent(event="hello", data={"topics": []})
        while True:
            yield ServerSentEvent(event="changed", data={"topics": sorted(await heard.get())})
    finally:
        unwatch()

"""Pages are asked for ahead of the work on them, and nothing that came is lost by it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from p88console.domain.errors import P88Error
from p88console.engine.pull import ahead
from p88console.providers.base import Page

FIRST, SECOND = Page([{"n": 1}], {}), Page([{"n": 2}], {})


async def test_the_next_page_comes_while_one_is_worked_on() -> None:
    coming = asyncio.Event()

    async def listed() -> AsyncIterator[Page]:
        yield FIRST
        coming.set()
        yield SECOND

    found = []
    async with asyncio.timeout(5):
        async for page in ahead(listed()):
            await coming.wait()
            found.append(page)
    assert found == [FIRST, SECOND]


async def test_what_came_before_a_fault_is_worked_on_first() -> None:
    async def listed() -> AsyncIterator[Page]:
        yield FIRST
        raise P88Error("the line broke")

    found = []

    async def work() -> None:
        async for page in ahead(listed()):
            await asyncio.sleep(0)
            found.append(page)

    with pytest.raises(P88Error, match="the line broke"):
        await work()
    assert found == [FIRST]


async def test_whoever_stops_early_leaves_no_call_behind() -> None:
    broken_off = asyncio.Event()

    async def listed() -> AsyncIterator[Page]:
        yield FIRST
        try:
            await asyncio.Event().wait()
        finally:
            broken_off.set()

    async with aclosing(ahead(listed())) as pages:
        async for page in pages:
            assert page == FIRST
            await asyncio.sleep(0)
            break
    assert broken_off.is_set()

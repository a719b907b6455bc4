"""RunSignUp's listings of people: read to their end whichever way of paging is heeded."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from p88console.domain.errors import Malformed, Transient
from p88console.domain.model import Provider
from p88console.providers.base import PageRequest, Scope
from p88console.providers.runsignup.adapter import RunSignUp
from tests.providers.practice import bare, rows_of, runsignup_at
from tests.providers.wire import Answering, Line, Request, Say, say_json

SCOPE = Scope("77", ("501", "502"))
ONE = Scope("77", ("501",))


def row(number: int | None, **more: Any) -> dict[str, Any]:
    return {"registration_id": number, "event_id": 501, "user": {"first_name": "Ada"}, **more}


def element(*rows: Mapping[str, Any]) -> dict[str, Any]:
    return {"event": {"event_id": 501, "participants": []}, "participants": list(rows)}


class ShortPages:
    """A RunSignUp that clamps every page to three rows, and heeds one way of paging or both."""

    def __init__(self, count: int, *, keyset: bool = True, repeats_last: bool = False) -> None:
        self.rows = [row(number) for number in range(1, count + 1)]
        self._keyset, self._repeats = keyset, repeats_last

    def __call__(self, request: Request) -> Say:
        if request.query["event_id"] != "501":
            return say_json([{"event": {"event_id": 502, "participants": []}}])
        after = int(request.query.get("after_registration_id", "0")) if self._keyset else 0
        page = int(request.query.get("page", "1"))
        if self._repeats:
            page = min(page, (len(self.rows) + 2) // 3)
        rest = [row for row in self.rows if row["registration_id"] > after]
        return say_json([element(*rest[page * 3 - 3 : page * 3])])


@asynccontextmanager
async def told(answer: Answering | Say) -> AsyncIterator[tuple[RunSignUp, Line]]:
    """An adapter to a server of the test's own."""
    async with Line(answer) as line, runsignup_at(bare(Provider.RUNSIGNUP, line.url)) as adapter:
        yield adapter, line


def ids(rows: Any) -> list[int | None]:
    return [row["registration_id"] for row in rows]


async def test_a_short_page_never_ends_a_listing() -> None:
    """D8."""
    async with told(ShortPages(10)) as (adapter, line):
        rows = await rows_of(adapter.participants(SCOPE, PageRequest()))
    assert ids(rows) == list(range(1, 11))
    assert len(line.requests) == 6  # 3 + 3 + 3 + 1 + nobody, and nobody in the other race


@pytest.mark.parametrize("repeats", [False, True], ids=["empty page", "last page again"])
@pytest.mark.parametrize("count", [1, 3, 10])
async def test_where_the_last_id_is_not_heeded_pages_go_by_number(
    count: int, *, repeats: bool
) -> None:
    far_side = ShortPages(count, keyset=False, repeats_last=repeats)
    async with told(far_side) as (adapter, _):
        rows = await rows_of(adapter.participants(SCOPE, PageRequest()))
    assert ids(rows) == list(range(1, count + 1))


@pytest.mark.parametrize("keyset", [True, False])
async def test_a_listing_resumes_after_any_of_its_pages(*, keyset: bool) -> None:
    async with told(ShortPages(10, keyset=keyset)) as (adapter, _):
        pages = [page async for page in adapter.participants(SCOPE, PageRequest())]
        assert len(pages) == 4
        for done, page in enumerate(pages, 1):
            rest = ids(await rows_of(adapter.participants(SCOPE, PageRequest(page.checkpoint))))
            # who came before may come again, nobody is left out
            assert set(range(done * 3 + 1, 11)) <= set(rest)
            assert len(rest) == len(set(rest))


async def test_a_whole_list_that_comes_again_and_again_is_read_once() -> None:
    async with told(say_json([element(row(3), row(1), row(2))])) as (adapter, line):
        rows = await rows_of(adapter.participants(ONE, PageRequest()))
    assert ids(rows) == [3, 1, 2]
    assert len(line.requests) == 3


async def test_a_full_page_that_comes_again_and_again_is_no_whole_list() -> None:
    full = say_json([element(*map(row, range(1, 2501)))])
    async with told(full) as (adapter, _):
        with pytest.raises(Malformed, match="not RunSignUp's"):
            await rows_of(adapter.participants(ONE, PageRequest()))


async def test_rows_without_ids_are_given_on_page_by_page() -> None:
    def answer(request: Request) -> Say:
        page = int(request.query.get("page", "1"))
        return say_json([element(*([row(None, page=page)] if page < 3 else []))])

    async with told(answer) as (adapter, _):
        rows = await rows_of(adapter.participants(ONE, PageRequest()))
    assert [row["page"] for row in rows] == [1, 2]
    assert ids(rows) == [None, None]


async def test_a_page_that_fails_leaves_the_pages_before_it() -> None:
    short, got = ShortPages(10), list[Any]()

    def third_fails(request: Request) -> Say:
        return Say(503) if request.query.get("after_registration_id") == "6" else short(request)

    async def read(adapter: RunSignUp) -> None:
        async for page in adapter.participants(ONE, PageRequest()):
            got.extend(page.rows)

    async with told(third_fails) as (adapter, _):
        with pytest.raises(Transient):
            await read(adapter)
    assert len(got) == 6


async def test_the_template_row_is_nobody() -> None:
    first = say_json([element(row(-1), row(7))])

    def answer(request: Request) -> Say:
        return say_json([element()]) if "after_registration_id" in request.query else first

    async with told(answer) as (adapter, _):
        assert ids(await rows_of(adapter.participants(ONE, PageRequest()))) == [7]


@pytest.mark.parametrize(
    "body",
    [[{}], [{"event": {"event_id": 501}}], [{"event": 7, "participants": None}], [7], {}],
)
async def test_a_listing_without_its_lists_is_an_error_never_nobody(body: Any) -> None:
    async with told(say_json(body)) as (adapter, _):
        with pytest.raises(Malformed):
            await rows_of(adapter.participants(ONE, PageRequest()))
        with pytest.raises(Malformed):
            await rows_of(adapter.removals(ONE, PageRequest()))


async def test_people_of_several_elements_are_all_read_and_removals_lie_inside() -> None:
    inside = [{"event": {"event_id": 501, "participants": [row(5), row(6)]}}]
    several = [element(row(1)), {"event": {"event_id": 502, "participants": []}}, element(row(2))]

    def answer(request: Request) -> Say:
        if "after_registration_id" in request.query:
            return say_json([])
        return say_json(inside if "removed" in request.path else several)

    async with told(answer) as (adapter, _):
        assert ids(await rows_of(adapter.participants(ONE, PageRequest()))) == [1, 2]
        assert ids(await rows_of(adapter.removals(SCOPE, PageRequest()))) == [5, 6]

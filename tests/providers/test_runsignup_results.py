"""RunSignUp shows results: what is written is read back as it stands there, whatever it is."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import pytest

from p88console.domain.errors import Malformed, StaleWrite
from p88console.domain.model import Provider
from p88console.domain.publication import Change, Line, compare
from p88console.providers.publishing import ListSettings, Outlet, PublishesResults
from p88console.providers.runsignup.adapter import RunSignUp
from tests.providers.practice import Practice, bare, runsignup_at
from tests.providers.wire import Line as Wire
from tests.providers.wire import Request, Say, say_json

HIDDEN = ListSettings(public=False, official=False)


class Desk:
    """The adapter at the first event of the practice RunSignUp, with a hidden list."""

    def __init__(self, practice: Practice, adapter: RunSignUp) -> None:
        self.practice = practice
        self.adapter = adapter
        event = str(practice.runsignup.catalog.event_ids[0])
        race_id = practice.event_id(Provider.RUNSIGNUP)
        self.outlet = Outlet(race_id, event, "Half Marathon", "Midwest Timing")
        self.list_id = ""

    async def open(self) -> None:
        self.list_id = await self.adapter.new_result_list(self.outlet, HIDDEN)

    def lines(self, count: int) -> list[Line]:
        race = self.practice.world.races[0]
        entries = self.practice.runsignup.registrations.active([race])[:count]
        return [
            Line(
                str(entry.registration_id),
                None,
                None,
                "finished",
                place,
                4_000_000 + place * 1_111,
                3_999_000 + place * 1_111,
                {"5K": 1_000_000 + place, "10K": 2_000_000 + place},
            )
            for place, entry in enumerate(entries, 1)
        ]

    async def shown(self) -> list[Line]:
        """The list as it is read back, bibs aside."""
        read = await self.adapter.shown_results(self.outlet, self.list_id)
        return [replace(line, bib=None) for line in read.lines]

    async def write(self, lines: Sequence[Line]) -> dict[str, str]:
        changes = compare(lines, await self.shown()).changes
        names = dict.fromkeys(name for line in lines for name in line.splits)
        await self.adapter.name_splits(self.outlet, self.list_id, names)
        splits = [change for change in changes if change.splits]
        finishes = [change for change in changes if change.finish]
        refused: dict[str, str] = {}
        if splits:
            refused |= await self.adapter.write_splits(self.outlet, self.list_id, splits)
        if finishes:
            refused |= await self.adapter.write_finishes(self.outlet, self.list_id, finishes)
        return refused


@pytest.fixture
async def desk(practice: Practice) -> AsyncIterator[Desk]:
    practice.clock.reach(practice.world.day.over)
    practice.runsignup.present()
    async with runsignup_at(practice.access(Provider.RUNSIGNUP)) as adapter:
        made = Desk(practice, adapter)
        await made.open()
        yield made


def test_runsignup_publishes_results() -> None:
    assert isinstance(RunSignUp(bare(Provider.RUNSIGNUP)), PublishesResults)


async def test_what_was_written_is_read_back_line_by_line(desk: Desk) -> None:
    lines = desk.lines(12)
    assert await desk.write(lines) == {}
    assert await desk.shown() == lines
    # and the same again writes nothing
    assert compare(lines, await desk.shown()).changes == ()


async def test_corrections_words_and_cleared_splits_arrive(desk: Desk) -> None:
    lines = desk.lines(5)
    await desk.write(lines)
    first, second, third, *rest = lines
    corrected = [
        replace(first, status="dq", place=None, gun_time_ms=None, chip_time_ms=None),
        replace(second, place=1, gun_time_ms=4_000_001),
        replace(third, splits={"5K": 1_000_003}),
        *rest,
    ]
    await desk.write(corrected)
    assert compare(corrected, await desk.shown()).changes == ()
    dq = next(line for line in await desk.shown() if line.status == "dq")
    assert (dq.registration_id, dq.place) == (first.registration_id, None)


async def test_somebody_on_the_course_has_splits_and_no_finish(desk: Desk) -> None:
    (line,) = desk.lines(1)
    running = replace(
        line, status="running", place=None, gun_time_ms=None, chip_time_ms=None, splits={"5K": 1}
    )
    await desk.write([running])
    assert await desk.shown() == [running]


async def test_refused_lines_are_named_with_the_reason(desk: Desk) -> None:
    good, bad = desk.lines(2)
    stranger = replace(bad, registration_id="7")
    refused = await desk.write([good, stranger])
    assert refused == {"7": "Invalid registration id. (code 15)"}
    assert [line.registration_id for line in await desk.shown()] == [good.registration_id]


async def test_a_list_is_made_hidden_marked_shown_and_dropped(desk: Desk) -> None:
    (head,) = await desk.adapter.result_lists(desk.outlet)
    assert (head.name, head.public) == ("Half Marathon", False)
    official = ListSettings(public=True, official=True)
    await desk.adapter.set_result_list(desk.outlet, desk.list_id, official)
    shown = await desk.adapter.shown_results(desk.outlet, desk.list_id)
    # the name and the source survive an edit, though RunSignUp would forget them
    assert (shown.head.name, shown.head.public, shown.official) == ("Half Marathon", True, True)
    settings = desk.practice.runsignup.results.books.get(int(desk.list_id)).settings
    assert settings["results_source_name"] == "Midwest Timing"
    assert settings["disable_notifications"] == "T"
    await desk.adapter.drop_result_list(desk.outlet, desk.list_id)
    assert await desk.adapter.result_lists(desk.outlet) == []
    gone = await desk.adapter.shown_results(desk.outlet, desk.list_id)
    assert (gone.head.listed, gone.head.public, gone.lines) == (False, False, [])


async def test_notifications_go_out_only_when_they_were_asked_for(desk: Desk) -> None:
    quiet, loud = desk.lines(2)
    await desk.write([quiet])
    asked = ListSettings(public=True, official=False, notify=True)
    await desk.adapter.set_result_list(desk.outlet, desk.list_id, asked)
    await desk.write([quiet, loud])
    told = desk.practice.runsignup.results.ledger()["notified"]
    assert [str(row["registration_id"]) for row in told] == [loud.registration_id]


async def test_a_list_is_read_to_an_empty_page(desk: Desk) -> None:
    lines = desk.lines(4)
    await desk.write(lines)
    books = desk.practice.runsignup.results.books.get(int(desk.list_id))
    assert len(books.rows) == 4
    calls = desk.practice.runsignup.calls
    before = calls["GET /rest/race/{race_id}/results/get-results"]
    await desk.shown()
    assert calls["GET /rest/race/{race_id}/results/get-results"] == before + 2


async def test_what_a_key_may_not_know_is_left_to_the_bib(desk: Desk) -> None:
    lines = desk.lines(3)
    await desk.write(lines)
    public = ListSettings(public=True, official=False)
    await desk.adapter.set_result_list(desk.outlet, desk.list_id, public)
    desk.practice.runsignup.results.ways.director = False
    read = await desk.adapter.shown_results(desk.outlet, desk.list_id)
    assert {line.registration_id for line in read.lines} == {""}
    assert all(line.bib for line in read.lines)


async def test_fewer_decimals_are_told_with_the_list(desk: Desk) -> None:
    desk.practice.runsignup.results.ways.digits = 2
    lines = desk.lines(5)
    await desk.write(lines)
    read = await desk.adapter.shown_results(desk.outlet, desk.list_id)
    assert read.unit_ms == 10
    assert compare(lines, read.lines, read.unit_ms).changes == ()


async def test_a_write_that_comes_out_of_turn_is_told_apart(desk: Desk) -> None:
    desk.practice.runsignup.results.ways.out_of_order = 1
    (line,) = desk.lines(1)
    with pytest.raises(StaleWrite) as caught:
        await desk.write([line])
    assert "Last received finishing place was 0" in caught.value.detail


CHANGE = Change(Line("700001", 1, "501", "finished", 1, 1_313_150, 1_312_050), None, True, {})


async def test_a_finish_is_written_as_the_vendors_samples_have_it() -> None:
    seen: list[Request] = []

    def answer(request: Request) -> Say:
        seen.append(request)
        return say_json({"result_set_splits": [{"split_id": 5501, "split_name": "2 Mile"}]})

    outlet = Outlet("11", "22", "5K", "Midwest Timing")
    async with Wire(answer) as line, runsignup_at(bare(Provider.RUNSIGNUP, line.url)) as adapter:
        await adapter.write_finishes(outlet, "9001", [CHANGE])
        split = replace(CHANGE, splits={"2 Mile": 845_200, "unknown": 1})
        await adapter.write_splits(outlet, "9001", [split])
        await adapter.name_splits(outlet, "9001", ["2 Mile", "5K"])
    finish, _read, splits, named = seen
    assert finish.path == "/rest/race/11/results/full-results"
    assert finish.query["event_id"] == "22"
    assert finish.query["individual_result_set_id"] == "9001"
    assert sent(finish) == {
        "results": [
            {
                "registration_id": 700001,
                "place": 1,
                "clock_time": "0:21:53.150",
                "chip_time": "0:21:52.050",
            }
        ]
    }
    assert sent(splits)["results"][0] == {"registration_id": 700001, "split-5501": "0:14:05.200"}
    assert sent(named)["result_set_splits"] == [
        {"split_id": 5501, "split_name": "2 Mile"},
        {"split_name": "5K", "split_distance": 3.107, "split_distance_units": "M"},
    ]


def sent(request: Request) -> Any:
    form = parse_qs(request.body.decode())
    assert form["request_format"] == ["json"]
    return json.loads(form["request"][0])


@pytest.mark.parametrize("body", [{}, {"result_sets": []}, [], {"individual_results_sets": [1]}])
async def test_an_answer_of_another_shape_is_no_empty_list(body: Any) -> None:
    outlet = Outlet("11", "22", "5K", "")
    access = bare(Provider.RUNSIGNUP)
    async with (
        Wire(say_json(body)) as line,
        runsignup_at(replace(access, base_url=line.url)) as one,
    ):
        with pytest.raises(Malformed):
            await one.result_lists(outlet)
        with pytest.raises(Malformed):
            await one.new_result_list(outlet, HIDDEN)
        with pytest.raises(Malformed):
            await one.name_splits(outlet, "1", ["5K"])

"""Faults of the engine and of the desk: told across the screen, never the end of the console."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

import pytest

from p88console.domain.errors import StoreFault, StoreLost
from p88console.store.windows.board import QueueRow
from p88console.ui.faults import Fault, Faults
from tests.ui import scenes
from tests.ui.cast import NOW
from tests.ui.stage import StageDesk, board_of, facts, job, lane, on_stage, seen, settled, wait_for

READS = (
    "header",
    "lanes",
    "schedule",
    "queue_count",
    "queue_page",
    "retry_count",
    "retry_page",
    "history_count",
    "history_page",
)


async def test_a_lost_shared_database_is_told_once_with_the_age_of_the_picture() -> None:
    desk = scenes.busy()
    async with on_stage(desk) as (app, pilot):
        lost = StoreLost("the shared database cannot be reached", "race at db.example:5432")
        desk.faults |= dict.fromkeys(READS, lost)
        desk.changed("queue", "history", "schedule", "accounts")
        await wait_for(pilot, lambda: "The shared database cannot be" in seen(app), "the banner")
        desk.waits = (lost, NOW)
        desk.changed("engine")
        await settled(pilot)
        assert seen(app).count("cannot be reached") == 1
        for words in ("db.example:5432", "since 06:42:10 CDT", "What is shown is as old as that"):
            assert words in seen(app)
        for name in READS:
            desk.faults.pop(name)
        await pilot.press("ctrl+l")
        desk.waits = None
        await wait_for(pilot, lambda: "cannot be reached" not in seen(app), "the banner is gone")


async def test_an_engine_that_waits_for_its_database_says_why_until_it_goes_on() -> None:
    desk = scenes.busy()
    async with on_stage(desk) as (app, pilot):
        full = StoreLost("THE DISK IS FULL", "/race: database or disk is full", "make room")
        desk.waits = (full, NOW - timedelta(minutes=2, seconds=40))
        desk.changed("engine")
        await wait_for(pilot, lambda: "The engine waits: THE DISK IS FULL" in seen(app), "why")
        for words in ("since 06:39:30 CDT", "it goes on by itself", "make room"):
            assert words in seen(app)
        desk.waits = None
        desk.changed("engine")
        await wait_for(pilot, lambda: "THE DISK IS FULL" not in seen(app), "the banner is gone")


async def test_a_stopped_engine_is_told_and_can_be_started() -> None:
    desk = scenes.busy()
    async with on_stage(desk) as (app, pilot):
        desk.stopped = ("the disk is full", NOW - timedelta(minutes=2, seconds=40))
        desk.changed("engine")
        await wait_for(pilot, lambda: "The engine has stopped" in seen(app), "the banner")
        for words in (
            "the disk is full",
            "since 06:39:30 CDT",
            "Nothing is pulled or sent; the queue is kept.",
            "ctrl+e starts it again",
            "ctrl+e start engine",
        ):
            assert words in seen(app)
        await pilot.press("ctrl+e")
        await wait_for(pilot, lambda: "has stopped" not in seen(app), "the banner is gone")
        assert desk.asked_for("restart_engine") == [()]


async def test_an_engine_that_stops_again_stays_told() -> None:
    desk = scenes.busy()
    desk.stopped = ("the disk is full", NOW)
    desk.faults["restart_engine"] = StoreFault("no space left", hint="free some space")
    async with on_stage(desk) as (app, pilot):
        await pilot.press("ctrl+e")
        await wait_for(pilot, lambda: "Cannot start the engine" in seen(app), "why it did not")
        assert "The engine has stopped: the disk is full" in seen(app)
        assert "free some space" in seen(app)


async def test_one_who_looks_on_cannot_start_the_engine() -> None:
    desk = scenes.busy()
    desk.read_only = True
    desk.stopped = ("it was ended", NOW)
    async with on_stage(desk) as (app, pilot):
        assert "the console that runs the engine can start it again" in seen(app)
        await pilot.press("ctrl+e")
        await settled(pilot)
        assert not desk.asked_for("restart_engine")


@pytest.mark.parametrize("name", READS)
async def test_whatever_cannot_be_read_is_told_and_read_again(name: str) -> None:
    desk = scenes.busy()
    async with on_stage(desk) as (app, pilot):
        desk.faults[name] = StoreFault("database is locked", hint="close the other program")
        desk.changed("queue", "history", "schedule")
        await wait_for(pilot, lambda: "database is locked" in seen(app), "the banner")
        assert "Cannot read the" in seen(app)
        assert "since 06:42:10 CDT" in seen(app)
        assert "close the other program" in seen(app)
        assert "Queue 4" in seen(app)
        desk.faults.clear()
        for _ in range(5):
            app.tick()
        await wait_for(pilot, lambda: "Cannot read" not in seen(app), "the banner is gone")


async def test_a_fault_keeps_its_beginning() -> None:
    desk = scenes.busy()
    desk.faults["queue_page"] = OSError("disk I/O error")
    async with on_stage(desk) as (app, pilot):
        desk.hand.step(60)
        await pilot.press("ctrl+l")
        await settled(pilot)
        assert "Cannot read the queue: disk I/O error (OSError)  since 06:42:10 CDT" in seen(app)


async def test_what_a_key_could_not_do_is_told_until_it_is_put_away() -> None:
    desk = scenes.busy()
    desk.faults["push_participants"] = StoreFault("no link to a scoring event")
    async with on_stage(desk) as (app, pilot):
        await pilot.press("p")
        await wait_for(pilot, lambda: "Cannot push" in seen(app), "the banner")
        assert "no link to a scoring event" in seen(app)
        await pilot.press("escape")
        await wait_for(pilot, lambda: "Cannot push" not in seen(app), "the banner is put away")


async def test_a_fault_with_no_words_is_named() -> None:
    desk = scenes.busy()
    desk.faults["pull_participants"] = RuntimeError()
    async with on_stage(desk) as (app, pilot):
        await pilot.press("g")
        await wait_for(pilot, lambda: "Cannot get participants: RuntimeError" in seen(app), "it")


async def test_a_row_that_cannot_be_shown_does_not_close_the_console() -> None:
    class Broken:
        """Something that is no job at all."""

    desk = StageDesk(accounts=[lane(1)])
    async with on_stage(desk) as (app, pilot):
        broken: QueueRow = Broken()  # type: ignore[assignment]  # that is the point
        desk.queue = [broken]
        desk.changed("queue")
        await wait_for(pilot, lambda: "row cannot be shown" in seen(app), "the row says so")
        desk.queue = [job(1)]
        desk.changed("queue")
        await wait_for(pilot, lambda: "waiting" in seen(app), "the queue is back")


class OddDesk(StageDesk):
    """A desk that for a while counts jobs in words."""

    odd = False

    async def queue_count(self, text: str) -> int:
        count = await super().queue_count(text)
        return cast("int", "many") if self.odd else count


async def test_an_answer_that_makes_no_sense_is_told() -> None:
    desk = OddDesk(accounts=[lane(1)], queue=[job(1)])
    async with on_stage(desk) as (app, pilot):
        desk.odd = True
        desk.changed("queue")
        await wait_for(pilot, lambda: "Cannot show what was read" in seen(app), "the banner")
        desk.odd = False
        for _ in range(5):
            app.tick()
        await wait_for(pilot, lambda: "Cannot show" not in seen(app), "the queue is back")


async def test_a_header_that_cannot_be_shown_does_not_close_the_console() -> None:
    desk = scenes.busy()
    async with on_stage(desk) as (app, pilot):
        desk.facts = facts(gun_at=NOW.replace(tzinfo=None))
        desk.changed("events")
        await wait_for(pilot, lambda: "cannot be shown: TypeError" in seen(app), "it is said")
        assert "Queue 4" in seen(app)


async def test_being_offline_says_what_becomes_of_the_work() -> None:
    desk = scenes.offline()
    async with on_stage(desk) as (app, pilot):
        assert "This laptop is offline  since 06:35:40 CDT" in seen(app)
        assert "Work waits, costs no try, and goes out by itself." in seen(app)
        desk.facts = scenes.busy().facts
        desk.changed("network")
        await wait_for(pilot, lambda: "This laptop is offline" not in seen(app), "online again")


async def test_a_portal_says_what_to_do() -> None:
    desk = scenes.offline()
    desk.facts = facts(network="portal")
    async with on_stage(desk) as (app, _):
        assert "open a browser and accept it" in seen(app)


async def test_of_many_faults_the_gravest_come_first() -> None:
    desk = scenes.error()
    desk.faults |= {"queue_page": OSError("a"), "retry_page": OSError("b")}
    async with on_stage(desk) as (app, _):
        assert "The engine has stopped" in seen(app)
        assert "and 2 more" in seen(app)
        assert board_of(app).is_running


def test_faults_are_ordered_by_weight() -> None:
    faults = Faults()
    for source in ("action", "the queue", "network", "engine"):
        faults.report(source, Fault(source, NOW, "", ""))
    assert [one.what for one in faults.standing] == ["engine", "network", "the queue", "action"]
    assert faults.reading
    assert faults.clear("the queue")
    assert not faults.clear("the queue")
    assert not faults.reading

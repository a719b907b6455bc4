"""The setup: accounts added and tried without an echo, links, the go / no-go page, first start."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from p88console.domain.errors import UsageFault
from p88console.domain.model import Provider
from p88console.domain.signins import SIGN_INS
from p88console.providers.base import AccountAccess
from p88console.providers.registry import adapter_module
from p88console.store.windows.setup_rows import SetupRow, Thing
from p88console.ui.screens.dialogs import Ask
from p88console.ui.screens.doctor import DoctorSheet
from p88console.ui.screens.form import Form
from p88console.ui.screens.pick import Pick
from p88console.ui.screens.setup import Setup
from tests.ui import scenes, workshop
from tests.ui.stage import StageDesk, on_stage, seen, settled, toasts, wait_for
from tests.ui.test_board import HOSTILE

CANARY = "s3cret-canary"


@asynccontextmanager
async def setup(
    desk: StageDesk, size: tuple[int, int] = (140, 45)
) -> AsyncIterator[tuple[Setup, Pilot[None]]]:
    async with on_stage(desk, size) as (app, pilot):
        await pilot.press("6")
        await wait_for(pilot, lambda: isinstance(app.screen, Setup), "the setup")
        await settled(pilot)
        assert isinstance(app.screen, Setup)
        yield app.screen, pilot


async def opened(pilot: Pilot[None], kind: type) -> None:
    await wait_for(pilot, lambda: isinstance(pilot.app.screen, kind), kind.__name__)
    await settled(pilot)


async def asked(desk: StageDesk, pilot: Pilot[None], name: str) -> tuple[object, ...]:
    await wait_for(pilot, lambda: bool(desk.asked_for(name)), name)
    return desk.asked_for(name)[-1]


async def test_everything_that_is_set_up_is_listed_with_its_state() -> None:
    async with setup(scenes.equipped()) as (_, pilot):
        for words in ("▲ held", "✓ linked", "▲ not linked", "accounts 3", "→ Copernico"):
            assert words in seen(pilot.app)
        await pilot.press("down", "down", "down")
        await settled(pilot)
        for words in ("Not mapped  5K", "l   Tie to a scoring event."):
            assert words in seen(pilot.app)


async def test_an_account_is_added_without_an_echo_of_its_secrets() -> None:
    desk = scenes.equipped()
    async with setup(desk, (80, 24)) as (_, pilot):
        await pilot.press("a")
        await opened(pilot, Pick)
        await pilot.press("enter")
        await wait_for(pilot, lambda: "timer key" in seen(pilot.app), "the ways to sign in")
        await pilot.press("enter")
        await opened(pilot, Form)
        await pilot.press("tab", *"key", "tab", *CANARY, "tab")
        assert CANARY not in seen(pilot.app)
        assert CANARY not in pilot.app.export_screenshot()
        desk.faults["setup.add_account"] = UsageFault("RunSignUp does not accept this sign-in")
        await pilot.press("ctrl+s")
        await settled(pilot)
        assert "✗ RunSignUp does not accept this sign-in" in seen(pilot.app)
        assert CANARY not in seen(pilot.app)
        desk.faults.clear()
        await pilot.press("ctrl+s")
        await wait_for(pilot, lambda: "RunSignUp works" in toasts(pilot.app), "the test call")
        (wish,) = desk.asked_for("setup.add_account")[-1]
        assert (wish.partner, wish.provider) == ("Midwest Timing", Provider.RUNSIGNUP)
        assert wish.secrets == {"rsu_api_key": "key", "rsu_api_secret": CANARY}
        assert CANARY not in repr(wish)


@pytest.mark.parametrize("provider", list(Provider))
def test_every_way_to_sign_in_is_one_that_the_adapter_takes(provider: Provider) -> None:
    for way in SIGN_INS[provider]:
        secrets = {one.name: "letters" for one in way.secrets}
        options = {one.name: "api" for one in way.options if one.name == "entry_push"}
        adapter_module(provider).check(AccountAccess(provider, secrets, None, options))


@pytest.mark.parametrize(
    ("place", "key", "call", "expected"),
    [
        (0, "t", "setup.test", (1,)),
        (2, "v", "setup.discover", (4,)),
        (0, "B", "setup.backup", ()),
        (0, "h", "hold", (1,)),
        (1, "h", "resume", (2,)),
    ],
)
async def test_one_key_does_one_thing_to_the_account_under_the_cursor(
    place: int, key: str, call: str, expected: tuple[int, ...]
) -> None:
    desk = scenes.equipped()
    async with setup(desk) as (_, pilot):
        await pilot.press(*["down"] * place, key)
        assert await asked(desk, pilot, call) == expected
        await wait_for(pilot, lambda: bool(toasts(pilot.app)), "the desk's words")


async def test_other_secrets_are_asked_for_and_passed_on() -> None:
    desk = scenes.equipped()
    async with setup(desk) as (_, pilot):
        await pilot.press("down", "k")
        await opened(pilot, Form)
        await pilot.press(*"me", "tab", *CANARY)
        assert CANARY not in seen(pilot.app)
        await pilot.press("ctrl+s")
        expected = (2, {"client_id": "me", "client_secret": CANARY})
        assert await asked(desk, pilot, "setup.renew") == expected


async def test_an_account_is_removed_only_after_a_question() -> None:
    desk = scenes.equipped()
    async with setup(desk) as (_, pilot):
        await pilot.press("x")
        await opened(pilot, Ask)
        assert "touches 1 account" in seen(pilot.app)
        await pilot.press("escape")
        assert desk.asked_for("setup.remove") == []
        await pilot.press("x", "enter")
        assert await asked(desk, pilot, "setup.remove") == (1,)


async def test_an_event_is_linked_with_its_races() -> None:
    desk = scenes.equipped()
    async with setup(desk) as (_, pilot):
        await pilot.press(*["down"] * 4, "l")
        await opened(pilot, Form)
        await pilot.press("tab", *"lake26", "tab", *"10 miles=Ten", "enter")
        expected = (2, 4, "lake26", "10 miles=Ten")
        assert await asked(desk, pilot, "setup.link") == expected


async def test_an_event_is_linked_to_one_that_is_known_at_the_scoring_system() -> None:
    desk = scenes.equipped()
    there = SetupRow(
        Thing.EVENT, 7, "Harbor 2026", Provider.COPERNICO, "scoring", account_id=4, remote_id="hb26"
    )
    desk.setup.things = [*desk.setup.things, there]
    async with setup(desk) as (_, pilot):
        await pilot.press(*["down"] * 4, "l")
        await opened(pilot, Pick)
        for words in ("Link Harbor 10 to", "Harbor 2026", "Copernico Finish tent", "hb26"):
            assert words in seen(pilot.app)
        await pilot.press("enter")
        await opened(pilot, Form)
        await pilot.press("ctrl+s")
        assert await asked(desk, pilot, "setup.link") == (2, 4, "hb26", "")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, Setup), "the form is gone")
        await pilot.press("l")
        await opened(pilot, Pick)
        await pilot.press("down", "enter")
        await opened(pilot, Form)
        await pilot.press("tab", *"other", "ctrl+s")
        expected = (2, 4, "other", "")
        await wait_for(pilot, lambda: desk.asked_for("setup.link")[-1] == expected, "that one")


async def test_keys_answer_only_where_they_apply() -> None:
    desk = scenes.equipped()
    async with setup(desk) as (room, pilot):
        await pilot.press("l", "down", "down", "down", "t", "k", "x", "v", "R", "A", "O")
        await settled(pilot)
        assert pilot.app.screen is room
        assert not desk.asked_for("setup.test")


async def test_the_verdict_is_on_top_and_what_stands_in_the_way_first() -> None:
    desk = scenes.equipped()
    async with setup(desk, (80, 24)) as (_, pilot):
        await pilot.press("c")
        await opened(pilot, DoctorSheet)
        screen = seen(pilot.app)
        assert "No-go: 1 to mend" in screen
        assert screen.index("✗ no-go") < screen.index("▲ mind") < screen.index("✓ go ")
        desk.setup.checks = [one for one in workshop.page() if one.ok]
        await pilot.press("ctrl+l")
        await wait_for(pilot, lambda: " Go ─" in seen(pilot.app), "go")


async def test_the_first_start_shows_three_ways_on() -> None:
    async with on_stage(scenes.empty(), (80, 24)) as (app, pilot):
        for words in ("Three ways on", "practice race", "an account at a provider", "a backup"):
            assert words in seen(app)
        await pilot.press("R")
        await wait_for(pilot, lambda: not app.is_running, "the console ends")
        assert app.outlook.leave_for == ("practice",)


async def test_a_backup_is_looked_at_before_the_console_is_left_for_it() -> None:
    desk = scenes.empty()
    desk.faults["setup.check_backup"] = UsageFault("that is no backup")
    async with on_stage(desk, (80, 24)) as (app, pilot):
        await pilot.press("O")
        await opened(pilot, Form)
        await pilot.press(*"/stick/a.db", "enter")
        await wait_for(pilot, lambda: "✗ that is no backup" in seen(app), "the refusal")
        desk.faults.clear()
        await pilot.press("enter")
        await wait_for(pilot, lambda: not app.is_running, "the console ends")
        assert app.outlook.leave_for == ("restore", "/stick/a.db")


async def test_the_first_start_leads_to_an_account() -> None:
    desk = scenes.empty()
    async with on_stage(desk, (80, 24)) as (app, pilot):
        await pilot.press("A")
        await opened(pilot, Pick)
        await pilot.press("down", "down", "down", "enter")
        await opened(pilot, Form)
        await pilot.press(*"Me", "tab", *"key", "ctrl+s")
        (wish,) = await asked(desk, pilot, "setup.add_account")
        assert (wish.partner, wish.provider, wish.secrets) == (  # type: ignore[attr-defined]  # a wish
            "Me",
            Provider.COPERNICO,
            {"api_key": "key"},
        )
        assert app.is_running


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_text_is_only_shown(text: str) -> None:
    desk = scenes.equipped()
    first = desk.setup.things[0]
    desk.setup.things = [replace(first, name=text, about=text, told=(("Host", text),))]
    async with setup(desk, (80, 24)) as (_, pilot):
        await pilot.press("enter")
        await settled(pilot)
        lines = seen(pilot.app).split("\n")
        assert all(cell_len(line) == 80 for line in lines)
        assert not any(sign in "".join(lines) for sign in ("\x1b", "\x00", "\x07", "\u202e"))

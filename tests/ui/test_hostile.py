"""Text from outside in titles, questions, forms and toasts: shown literally, never obeyed."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from p88console.domain.errors import P88Error
from p88console.ui.screens.dialogs import Ask
from p88console.ui.screens.form import Form
from p88console.ui.screens.person import PersonSheet
from tests.ui import scenes
from tests.ui.cast import told
from tests.ui.stage import StageDesk, console, on_stage, seen, settled, toasts, wait_for
from tests.ui.test_board import HOSTILE

CONTROLS = ("\x1b", "\x00", "\x07", "\u202e", "\ud800")


def crafted(text: str) -> StageDesk:
    """A morning on which a runner's name, the desk's answers and its faults are crafted."""
    desk = scenes.busy()
    fields = dict(told().fields) | {"first_name": text, "last_name": text, "bib": text}
    person = told(17, fields=fields, event_name=text, race_name=text, races=(text,))
    desk.people.stories = {row.id: person for row in desk.people.rows}
    desk.answers = {"undo": text, "pull_participants": text}
    return desk


def harmless(pilot: Pilot[None], width: int) -> str:
    """What is on screen, once it is known to be nothing but text of the right width."""
    screen = seen(pilot.app)
    assert all(cell_len(line) == width for line in screen.split("\n"))
    assert not any(sign in screen for sign in CONTROLS)
    return screen


@pytest.mark.parametrize("text", HOSTILE)
async def test_titles_forms_and_questions(text: str) -> None:
    async with on_stage(crafted(text), (80, 24)) as (app, pilot):
        await pilot.press("2")
        await settled(pilot)
        await pilot.press("i")
        await wait_for(pilot, lambda: isinstance(app.screen, Form), "the form")
        harmless(pilot, 80)
        await pilot.press("escape", "space", "space", "s")
        await wait_for(pilot, lambda: isinstance(app.screen, Ask), "the question")
        harmless(pilot, 80)
        await pilot.press("escape", "enter")
        await wait_for(pilot, lambda: isinstance(app.screen, PersonSheet), "the story")
        await settled(pilot)
        harmless(pilot, 80)


@pytest.mark.parametrize("text", HOSTILE)
async def test_toasts_and_banners(text: str) -> None:
    desk = crafted(text)
    app = console(desk)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settled(pilot)
        await pilot.press("z")
        await wait_for(pilot, lambda: bool(toasts(app)), "a toast")
        assert toasts(app)[-1].isprintable()
        await wait_for(pilot, lambda: bool(app.screen.query("Toast")), "the toast on screen")
        harmless(pilot, 80)
        desk.faults["push_participants"] = P88Error(text, text, text)
        await pilot.press("p")
        await wait_for(pilot, lambda: "Cannot push" in seen(app), "a banner")
        harmless(pilot, 80)


async def test_markup_is_shown_as_it_is() -> None:
    app = console(crafted("[b]bold[/b] [@click=app.quit]x[/]"))
    async with app.run_test(size=(140, 45), notifications=True) as pilot:
        await settled(pilot)
        await pilot.press("z")
        await wait_for(pilot, lambda: "[b]bold[/b] [@click=app.quit]x" in seen(app), "the toast")
        assert app.is_running

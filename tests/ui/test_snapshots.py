"""Pictures of the rooms: four faces at two sizes, both schemes for one, and what opens on top."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from p88console.ui.actions import of_scopes
from tests.ui import scenes
from tests.ui.stage import StageDesk, console, settled, wait_for

Compare = Callable[..., bool]

SCENES = {"inbox": scenes.waiting, "setup": scenes.equipped}
FACES = [scenes.empty, scenes.busy, scenes.offline, scenes.error]
KEYS = {action.id.removeprefix("go."): action.key for action in of_scopes("go")}
SIZES = [(80, 24), (140, 45)]


def _named(value: object) -> str:
    return f"{value[0]}x{value[1]}" if isinstance(value, tuple) else getattr(value, "__name__", "")


@pytest.fixture(autouse=True)
def _plain_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the machine's own taste in colours gets into a picture."""
    for name in ("NO_COLOR", "TEXTUAL_ANIMATIONS", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("size", SIZES, ids=_named)
@pytest.mark.parametrize("face", FACES, ids=_named)
def test_board(snap_compare: Compare, face: Callable[[], StageDesk], size: tuple[int, int]) -> None:
    assert snap_compare(console(face()), terminal_size=size, run_before=settled)


@pytest.mark.parametrize("size", SIZES, ids=_named)
def test_board_in_light_colours(snap_compare: Compare, size: tuple[int, int]) -> None:
    app = console(scenes.busy(), theme="p88-light")
    assert snap_compare(app, terminal_size=size, run_before=settled)


@pytest.mark.parametrize("size", [(64, 18), (120, 30), (220, 50)], ids=_named)
def test_board_at_other_sizes(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(console(scenes.busy()), terminal_size=size, run_before=settled)


@pytest.mark.parametrize("size", SIZES, ids=_named)
@pytest.mark.parametrize("face", FACES, ids=_named)
@pytest.mark.parametrize("door", ["roster", "results", "history"])
def test_rooms(
    snap_compare: Compare, door: str, face: Callable[[], StageDesk], size: tuple[int, int]
) -> None:
    app = console(face())
    assert snap_compare(app, terminal_size=size, run_before=_after(KEYS[door]))


@pytest.mark.parametrize("size", SIZES, ids=_named)
@pytest.mark.parametrize(
    ("keys"),
    [
        pytest.param((), id="racing"),
        pytest.param(("u",), id="publish"),
        pytest.param(("a",), id="leaders"),
        pytest.param(("right", "right", "right"), id="moved"),
    ],
)
def test_the_finish(snap_compare: Compare, keys: tuple[str, ...], size: tuple[int, int]) -> None:
    app = console(scenes.racing())
    assert snap_compare(app, terminal_size=size, run_before=_after(KEYS["results"], *keys))


@pytest.mark.parametrize("size", SIZES, ids=_named)
@pytest.mark.parametrize(
    ("door", "keys"),
    [
        pytest.param("roster", ("enter",), id="person"),
        pytest.param("roster", ("slash", "5", "1"), id="bib"),
        pytest.param("roster", ("right", "right"), id="duplicate"),
        pytest.param("roster", ("e",), id="event"),
        pytest.param("history", (*["down"] * 5, "enter"), id="attempt"),
        pytest.param("history", ("right", "right"), id="failed"),
        pytest.param("inbox", (), id="inbox"),
        pytest.param("inbox", ("down", "enter"), id="item"),
        pytest.param("inbox", ("v",), id="typing"),
        pytest.param("inbox", ("right", "ctrl+a", "t"), id="touches"),
        pytest.param("roster", ("i",), id="edit"),
        pytest.param("setup", ("down", "down", "down"), id="setup"),
        pytest.param("setup", ("c",), id="doctor"),
        pytest.param("setup", ("down", "k"), id="secrets"),
    ],
)
def test_in_the_rooms(
    snap_compare: Compare, door: str, keys: tuple[str, ...], size: tuple[int, int]
) -> None:
    steps = _after(KEYS[door], *keys)
    face = SCENES.get(door, scenes.busy)
    assert snap_compare(console(face()), terminal_size=size, run_before=steps)


@pytest.mark.parametrize("door", ["roster", "inbox", "history", "setup"])
def test_rooms_in_light_colours(snap_compare: Compare, door: str) -> None:
    app = console(SCENES.get(door, scenes.busy)(), theme="p88-light")
    assert snap_compare(app, terminal_size=SIZES[1], run_before=_after(KEYS[door]))


def _after(*keys: str) -> Callable[[Pilot[None]], object]:
    async def steps(pilot: Pilot[None]) -> None:
        await settled(pilot)
        for key in keys:
            await pilot.press(key)
            await _at_the_door(pilot, key)
            await settled(pilot)

    return steps


async def _at_the_door(pilot: Pilot[None], key: str) -> None:
    """Wait for the room that a key leads to, where it leads to one."""
    door = next((door for door, its_key in KEYS.items() if its_key == key), None)
    if door and not isinstance(pilot.app.focused, Input):
        await wait_for(pilot, lambda: getattr(pilot.app.screen, "door", "") == door, door)


@pytest.mark.parametrize("size", SIZES, ids=_named)
@pytest.mark.parametrize(
    "keys",
    [
        pytest.param(("d",), id="plan"),
        pytest.param(("w",), id="schedule"),
        pytest.param(("n",), id="needing"),
        pytest.param(("y",), id="day"),
        pytest.param(("L",), id="deeds"),
        pytest.param(("ctrl+o",), id="jump"),
        pytest.param(("5", "ctrl+t"), id="columns"),
    ],
)
def test_work_to_come(snap_compare: Compare, keys: tuple[str, ...], size: tuple[int, int]) -> None:
    assert snap_compare(console(scenes.busy()), terminal_size=size, run_before=_after(*keys))


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param(("right", "down", "enter"), id="story"),
        pytest.param(("h",), id="hold"),
        pytest.param(("space", "space", "x"), id="cancel"),
        pytest.param(("q",), id="quit"),
        pytest.param(("question_mark",), id="help"),
        pytest.param(("slash", "r", "o", "s", "t", "e", "r"), id="filter"),
        pytest.param(("f", "space"), id="frozen"),
    ],
)
def test_on_top_of_the_board(snap_compare: Compare, keys: tuple[str, ...]) -> None:
    assert snap_compare(console(scenes.busy()), terminal_size=(80, 24), run_before=_after(*keys))

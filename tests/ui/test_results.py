"""The results: standings race by race, what moved, the finish beside them, publishing guarded."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from p88console.store.windows.result_rows import ResultFacet, ResultQuery
from p88console.ui.screens.leaders import LeadersSheet
from p88console.ui.screens.person import PersonSheet
from p88console.ui.screens.publish import PublishSheet
from p88console.ui.screens.result import ResultSheet
from p88console.ui.screens.results import Results
from tests.ui import scenes
from tests.ui.finishline import field_finished, finisher, guarded, orphan, published
from tests.ui.stage import StageDesk, on_stage, seen, settled, toasts, wait_for
from tests.ui.test_board import HOSTILE


@asynccontextmanager
async def results(
    desk: StageDesk, size: tuple[int, int] = (140, 45)
) -> AsyncIterator[tuple[Results, Pilot[None]]]:
    async with on_stage(desk, size) as (app, pilot):
        await pilot.press("3")
        await settled(pilot)
        assert isinstance(app.screen, Results)
        yield app.screen, pilot


def asked(desk: StageDesk) -> ResultQuery:
    """The query of the newest page."""
    query = desk.asked_for("standings.page")[-1][0]
    assert isinstance(query, ResultQuery)
    return query


async def opened(pilot: Pilot[None], kind: type) -> None:
    await wait_for(pilot, lambda: isinstance(pilot.app.screen, kind), f"a {kind.__name__}")
    await settled(pilot)


async def test_standings_are_told_race_by_race() -> None:
    desk = scenes.racing()
    async with results(desk) as (room, pilot):
        for words in ("all 120", "Half Marathon 80", "5K 40", "moved 30 min 1", "nobody's 1"):
            assert words in seen(pilot.app)
        await pilot.press("right", "right")
        await settled(pilot)
        assert asked(desk).race_id == 2
        assert room.pane.grid.total == 40
        await pilot.press("right")
        await settled(pilot)
        assert asked(desk).facet is ResultFacet.MOVED
        assert "place 4 → 3" in seen(pilot.app)


async def test_the_finish_is_drawn_beside_the_standings() -> None:
    async with results(scenes.racing()) as (_, pilot):
        screen = seen(pilot.app)
        for words in (
            "✓ finished      117",
            "→ running         1",
            "of 132 registered · 12 without a result",
            "Finishers by 2 minutes",
            "04:52",
            "Paces",
            "/mi",
        ):
            assert words in screen
        assert "█" in screen


async def test_what_arrives_is_drawn_anew() -> None:
    desk = scenes.racing()
    async with results(desk) as (_, pilot):
        desk.standings.rows = [*desk.standings.rows, finisher(300)]
        desk.changed("results")
        await wait_for(pilot, lambda: "✓ finished      118" in seen(pilot.app), "one more")
        assert "all 121" in seen(pilot.app)


async def test_enter_tells_the_runner_or_whose_result_it_may_be() -> None:
    async with results(scenes.racing()) as (_, pilot):
        await pilot.press("enter")
        await opened(pilot, PersonSheet)
        await pilot.press("escape", "slash", *"9014", "enter", "enter")
        await opened(pilot, ResultSheet)
        for words in (
            "9014  Hugo Smyth-Jones",
            "nobody registered answers to it; probably: 587 Hugo Smith-Jones",
            "place 6 → 5",
        ):
            assert words in seen(pilot.app)


async def test_the_announcer_reads_the_first_of_each_race_by_sex_and_category() -> None:
    desk = scenes.racing()
    async with results(desk) as (_, pilot):
        await pilot.press("right", "a")
        await opened(pilot, LeadersSheet)
        lines = seen(pilot.app)
        for words in (
            "the first 3 by sex and category",
            "Half Marathon ─",
            "Everybody",
            "Women · M40-44",
            "1    501 Ben Byron · Fleet Feet · M40-44",
            "1:12:19.7",
        ):
            assert words in lines
        assert "5K ─" not in lines
        await pilot.press("left")
        await settled(pilot)
        assert desk.asked_for("standings.leaders")[-1] == (1, 1, 1)
        desk.standings.rows = []
        desk.changed("results")
        await wait_for(pilot, lambda: "nobody has finished yet" in seen(pilot.app), "an empty list")


async def test_before_any_result_the_room_says_how_to_get_them() -> None:
    async with results(scenes.busy()) as (_, pilot):
        assert "no results yet; r gets them" in seen(pilot.app)
    async with results(scenes.empty()) as (_, pilot):
        assert "no event yet" in seen(pilot.app)


async def test_a_stop_is_accepted_before_anything_goes_out() -> None:
    desk = scenes.racing()
    async with results(desk) as (_, pilot):
        await pilot.press("u")
        await opened(pilot, PublishSheet)
        for words in (
            "Publish unofficial results",
            "12 new, 3 changed, 1,204 unchanged · partial",
            "✗ stop  leaders women were 512, 530, now 530, 512",
            "▲ look  1 result of nobody known",
            "nothing differs from what is shown",
            "1,204 of 1,204 lines verified",
        ):
            assert words in seen(pilot.app)
        await pilot.press("y")
        await settled(pilot)
        assert not desk.asked_for("standings.publish")
        await pilot.press("a", "y")
        await wait_for(pilot, lambda: "publishing as #901" in toasts(pilot.app), "the answer")
        ((wish, accepted),) = desk.asked_for("standings.publish")
        assert (wish.event_id, wish.race_id, wish.official) == (1, None, False)
        assert accepted == {guarded()[0].findings[0].key}


async def test_official_told_back_and_withdrawn_are_wishes_shown_anew() -> None:
    desk = scenes.racing()
    async with results(desk) as (_, pilot):
        await pilot.press("right", "u")
        await opened(pilot, PublishSheet)
        for key, words in (
            ("o", "Publish official results"),
            ("n", "Publish official results, runners are told"),
            ("b", "Publish the version before again as official results, runners are told"),
            ("w", "Take the results from the public"),
        ):
            await pilot.press(key)
            await settled(pilot)
            assert words in seen(pilot.app)
        wish = desk.asked_for("standings.drafts")[-1][0]
        assert (wish.race_id, wish.official, wish.notify) == (1, True, True)
        assert (wish.previous, wish.unpublish) == (False, True)


async def test_what_is_public_now_is_told_apart_from_what_was() -> None:
    desk = scenes.racing()
    desk.standings.made = []
    desk.standings.before = [
        published(id=3, version=3, mode="withdraw", lines=0),
        published(id=2, version=2),
        published(id=1, version=1, race_name="5K"),
    ]
    async with results(desk) as (_, pilot):
        await pilot.press("u", "w")
        await opened(pilot, PublishSheet)
        lines = seen(pilot.app).splitlines()
        assert any("nothing is public, so there is nothing to take back" in line for line in lines)
        for words, version in (
            ("– taken back", "Half Marathon v3"),
            ("· replaced", "Half Marathon v2"),
            ("✓ public", "5K v1"),
        ):
            assert any(words in line and version in line for line in lines)


async def test_what_cannot_be_published_says_why_and_nothing_goes_out() -> None:
    desk = scenes.racing()
    desk.faults["standings.drafts"] = OSError("not offered by Haku")
    async with results(desk) as (_, pilot):
        await pilot.press("u")
        await opened(pilot, PublishSheet)
        assert "not offered by Haku" in seen(pilot.app)
        await pilot.press("y")
        await settled(pilot)
        assert not desk.asked_for("standings.publish")


@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
async def test_text_from_outside_is_only_shown(size: tuple[int, int]) -> None:
    desk = scenes.racing()
    desk.standings.rows = [
        replace(
            row,
            participant_id=None,
            bib=text,
            first_name=text,
            last_name=text,
            status=text,
            category=text,
            split=(text, 1),
            before={"status": text, "bib": text},
        )
        for row, text in zip(field_finished(len(HOSTILE)), HOSTILE, strict=True)
    ]
    desk.standings.stories = {
        n: replace(
            orphan(),
            event_name=text,
            race_name=text,
            suggestion=text,
            standing={"bib": text, "first_name": text, "splits": [{"name": text}]},
        )
        for n, text in enumerate(HOSTILE)
    }
    desk.standings.made = [
        replace(one, race_name=HOSTILE[0], words=HOSTILE[1]) for one in guarded()
    ]
    desk.standings.before = [published(created_by=text, reason=text) for text in HOSTILE]
    async with results(desk, size) as (_, pilot):
        for kind, key in ((ResultSheet, "enter"), (LeadersSheet, "a"), (PublishSheet, "u")):
            await pilot.press("down", key)
            await opened(pilot, kind)
            lines = seen(pilot.app).splitlines()
            assert len(lines) == size[1]
            assert all(line.isprintable() and cell_len(line) == size[0] for line in lines)
            await pilot.press("escape")
            await settled(pilot)

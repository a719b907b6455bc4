"""A console that breaks says where, and shows no values: one of them could be a secret."""

from __future__ import annotations

import pytest

from p88console.ui.app import ConsoleApp
from tests.ui import scenes


async def broken(app: ConsoleApp, typed: str) -> None:
    def breaks(value: str) -> None:
        raise LookupError(len(value))

    async with app.run_test() as pilot:
        app.call_later(breaks, typed)
        await pilot.pause()


async def test_the_last_words_hold_no_values(capfd: pytest.CaptureFixture[str]) -> None:
    app = ConsoleApp(scenes.busy(), tick_s=None)
    with pytest.raises(LookupError):
        await broken(app, "canary-4417")
    told = capfd.readouterr().err
    assert "LookupError" in told
    assert "in breaks" in told
    assert "canary-4417" not in told
    assert app.return_code == 1

"""Keys come first while the console is drawn, and all is as before once it is not."""

from __future__ import annotations

import gc
import sys
import time

from p88console.system.attention import (
    PATIENCE_S,
    TURN_S,
    answering,
    attentive,
    give_way,
    seldom_swept,
)


async def test_turns_are_short_while_the_console_is_drawn_and_as_before_afterwards() -> None:
    before = sys.getswitchinterval()
    with attentive():
        assert abs(sys.getswitchinterval() - TURN_S) < TURN_S / 10
    assert sys.getswitchinterval() == before


def test_a_page_of_rows_in_the_making_is_not_swept() -> None:
    before, swept = gc.get_threshold(), []
    gc.callbacks.append(lambda phase, _info: swept.append(phase))
    try:
        with seldom_swept():
            rows = [{"user": {"address": {}}, "flags": []} for _ in range(5_000)]
            assert len(rows) == 5_000
            assert swept == []
    finally:
        gc.callbacks.pop()
    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, 0)


def test_an_answer_that_is_never_told_costs_the_work_its_patience_once() -> None:
    answering()
    began = time.monotonic()
    give_way()
    waited = time.monotonic() - began
    assert waited >= PATIENCE_S * 0.9
    for _ in range(1_000):
        give_way()
    assert time.monotonic() - began < waited + PATIENCE_S * 100

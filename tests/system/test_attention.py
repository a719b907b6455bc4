"""Keys come first while the console is drawn, and all is as before once it is not."""

from __future__ import annotations

import gc
import sys
import time

from p88console.system.attention import PATIENCE_S, TURN_S, answering, attentive, give_way


async def test_turns_are_short_while_the_console_is_drawn_and_as_before_afterwards() -> None:
    before = (sys.getswitchinterval(), gc.get_threshold())
    with attentive():
        assert abs(sys.getswitchinterval() - TURN_S) < TURN_S / 10
        assert gc.get_threshold() > before[1]
    assert (sys.getswitchinterval(), gc.get_threshold()) == before


def test_an_answer_that_is_never_told_costs_the_work_its_patience_once() -> None:
    answering()
    began = time.monotonic()
    give_way()
    waited = time.monotonic() - began
    assert waited >= PATIENCE_S * 0.9
    for _ in range(1_000):
        give_way()
    assert time.monotonic() - began < waited + PATIENCE_S * 100

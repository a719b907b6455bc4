"""Keys come first while the console is drawn, and all is as before once it is not."""

from __future__ import annotations

import gc
import sys

from p88console.system.attention import TURN_S, attentive


async def test_turns_are_short_while_the_console_is_drawn_and_as_before_afterwards() -> None:
    before = (sys.getswitchinterval(), gc.get_threshold())
    with attentive():
        assert abs(sys.getswitchinterval() - TURN_S) < TURN_S / 10
        assert gc.get_threshold() > before[1]
    assert (sys.getswitchinterval(), gc.get_threshold()) == before

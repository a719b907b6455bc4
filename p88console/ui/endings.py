"""Signals that end the console as `q` would, with the terminal given back in order."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import threading
from collections.abc import Callable
from contextlib import suppress

NAMES = ("SIGTERM", "SIGHUP")

PATIENCE_S = 15.0
"""Machine seconds an orderly end may take after a hang-up: more than the engine's own."""


def heed(end: Callable[[], None]) -> Callable[[], None]:
    """Call `end` on each of these signals; returns what stops it.

    Systems without such signals, and loops outside the main thread, are left as they are.
    """
    loop = asyncio.get_running_loop()
    heeded: list[int] = []
    for name in NAMES:
        number = getattr(signal, name, None)
        if number is not None:
            try:
                loop.add_signal_handler(number, _end_after(name, end))
            except (NotImplementedError, RuntimeError, ValueError):
                break
            heeded.append(number)

    def stop() -> None:
        for number in heeded:
            loop.remove_signal_handler(number)

    return stop


def _end_after(name: str, end: Callable[[], None]) -> Callable[[], None]:
    if name != "SIGHUP":
        return end

    def hung_up() -> None:
        _write_into_nothing()
        # Textual's writer may have died of the closed terminal, and its end then waits forever
        last_resort = threading.Timer(PATIENCE_S, os._exit, (128 + signal.SIGHUP,))
        last_resort.daemon = True
        last_resort.start()
        end()

    return hung_up


def _is_gone(descriptor: int) -> bool:
    """Whether the terminal behind this descriptor was closed at its other end."""
    asked = select.poll()
    asked.register(descriptor)
    return any(event & (select.POLLHUP | select.POLLERR) for _fd, event in asked.poll(0))


def _write_into_nothing() -> None:
    """Point what was the terminal at nothing, so that the last frames harm nobody."""
    with suppress(OSError):
        nothing = os.open(os.devnull, os.O_RDWR)
        for descriptor in (1, 2):
            if _is_gone(descriptor):
                os.dup2(nothing, descriptor)
        os.close(nothing)

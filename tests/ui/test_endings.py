"""Signals from outside: the console ends, and the terminal is given back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX systems")

SCRIPT = """
from tests.ui import scenes
from p88console.ui.app import ConsoleApp
ConsoleApp(scenes.busy()).run()
print("ended in order")
"""
ALTERNATE_SCREEN_OFF = b"\x1b[?1049l"


@contextmanager
def _console() -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A console on a terminal of its own, drawn, and our end of that terminal."""
    ours, theirs = os.openpty()
    root = Path(__file__).parents[2]
    console = subprocess.Popen(
        [sys.executable, "-c", SCRIPT],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=root,
        env=os.environ | {"TERM": "xterm-256color", "PYTHONPATH": str(root)},
        start_new_session=True,
    )
    os.close(theirs)
    try:
        _read_until(ours, b"Lakeside")
        yield console, ours
    finally:
        console.kill()
        console.wait()
        with suppress(OSError):
            os.close(ours)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_console_and_gives_the_terminal_back(number: signal.Signals) -> None:
    with _console() as (console, ours):
        console.send_signal(number)
        written = _read_until(ours, b"ended in order")
        assert ALTERNATE_SCREEN_OFF in written
        assert console.wait(timeout=10) == 0


def test_a_terminal_that_vanishes_ends_the_console() -> None:
    with _console() as (console, ours):
        os.close(ours)
        console.send_signal(signal.SIGHUP)
        console.wait(timeout=30)


def _read_until(terminal: int, words: bytes, timeout_s: float = 20) -> bytes:
    deadline = time.monotonic() + timeout_s
    written = b""
    os.set_blocking(terminal, False)
    while words not in written:
        assert time.monotonic() < deadline, f"never written: {words!r} in {written[-500:]!r}"
        try:
            written += os.read(terminal, 65_536)
        except BlockingIOError:
            time.sleep(0.02)
        except OSError:
            break
    return written

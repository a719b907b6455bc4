"""How long a program takes to its first full screen, in a real terminal of its own."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import queue
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

COLUMNS, LINES = 140, 45
PATIENCE_S = 30.0
"""Machine seconds after which a program that paints nothing is given up."""

Told = queue.SimpleQueue[tuple[float, bytes] | None]


def painted(
    program: Sequence[str],
    words: Sequence[str],
    environment: Mapping[str, str],
    folder: Path | None = None,
) -> float:
    """Seconds from exec until every one of these words is on the screen at once.

    The program runs in `folder` and draws on a terminal of 140 by 45; what it writes is stamped as
    it comes and read by a terminal emulator after that. It is killed as soon as it has painted.
    Raises `TimeoutError` with the screen as it was.
    """
    import pyte  # noqa: PLC0415  # of the extra bench

    screen = pyte.Screen(COLUMNS, LINES)
    stream = pyte.ByteStream(screen)
    with _drawing(program, environment, folder) as (began, told), contextlib.suppress(queue.Empty):
        while (came := told.get(timeout=PATIENCE_S)) is not None:
            at, drawn = came
            stream.feed(drawn)
            shown = "\n".join(screen.display)
            if all(word in shown for word in words):
                return at - began
            if at - began > PATIENCE_S:
                break
    missing = [word for word in words if word not in "\n".join(screen.display)]
    raise TimeoutError(f"{program[0]} did not paint {missing}:\n" + "\n".join(screen.display))


@contextlib.contextmanager
def _drawing(
    program: Sequence[str], environment: Mapping[str, str], folder: Path | None
) -> Iterator[tuple[float, Told]]:
    """The moment of its start, and what it writes with when that came; None when it has ended."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    told: Told = queue.SimpleQueue()

    def listen() -> None:
        with contextlib.suppress(OSError):  # EIO: the other side is closed
            while drawn := os.read(ours, 1 << 16):
                told.put((time.perf_counter(), drawn))
        told.put(None)

    began = time.perf_counter()
    running = subprocess.Popen(
        program,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**environment, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
        cwd=folder,
        start_new_session=True,
    )
    os.close(theirs)
    listening = threading.Thread(target=listen)
    listening.start()
    try:
        yield began, told
    finally:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
        listening.join()
        os.close(ours)

"""How soon the program answers, and paints, against two well-known Textual applications."""

from __future__ import annotations

import compileall
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import p88console
from tests.benchmarks.mirror import PAGE, field, pull
from tests.benchmarks.paint import painted
from tests.benchmarks.timing import Finding, in_turns
from tests.store.bench import set_up
from tests.support.clock import SteppedClock

RIVALS = "P88_BENCH_RIVALS"
"""Names a folder with an environment for each of the others: their Textuals differ.

posting 2.11.1 falls over tree-sitter 0.26 before it paints; its environment needs 0.25.
"""

TRIES = 7
PEOPLE = 3_000
"""Who is mirrored in the home on which the console opens."""

PROGRAM = (sys.executable, "-m", "p88console")
BOARD = ("Lakeside Half", "RunSignUp", "Copernico", "3,000 unsent", "1 Board", "q quit")
"""The Board is there: the event, both lanes, the header's count, the rooms, the footer."""


@dataclass(frozen=True)
class Rival:
    """What one of the others is asked for a short answer, and what its main screen shows.

    `opens` are its arguments for that screen; `shows` are words of each of its parts.
    """

    asked: str
    opens: tuple[str, ...]
    shows: tuple[str, ...]


DATABASE = "rival.db"
"""A small SQLite file, as harlequin wants one to open."""

OTHERS = {
    "posting": Rival("--help", (), ("Enter a URL", "Collection is empty", "Response", "^c Quit")),
    "harlequin": Rival(
        "--version",
        ("--adapter", "sqlite", DATABASE),
        ("Data Catalog", "main db", "Query Results", "Run Query", "^q Quit"),
    ),
}


def starts(folder: Path) -> Iterator[Finding]:
    """`--version`, `status --json` and the first paint against the others'."""
    compileall.compile_dir(next(iter(p88console.__path__)), quiet=1)  # as an installer does
    programs = _programs(folder)
    home = {**os.environ, "P88_HOME": str(folder / "home")}
    for words in (["--version"], ["status", "--json"]):
        for name, program in programs.items():
            asked = OTHERS[name].asked
            ours, theirs = _run([*PROGRAM, *words], home), _run([program, asked], home)
            pairs = in_turns(TRIES, ours, theirs)
            yield Finding(f"`p88console {' '.join(words)}`", f"`{name} {asked}`", pairs, 1.0)
    yield from _paints(folder, programs)


def _programs(folder: Path) -> dict[str, str]:
    """Those of the others that are there, by name."""
    place = Path(os.environ.get(RIVALS, folder))
    files = {name: place / name / "bin" / name for name in OTHERS}
    return {name: str(file) for name, file in files.items() if file.exists()}


def _run(words: list[str], environment: Mapping[str, str]) -> Callable[[], object]:
    return lambda: subprocess.run(words, env=environment, check=True, capture_output=True)


def _paints(folder: Path, programs: Mapping[str, str]) -> Iterator[Finding]:
    """From exec to the first full screen, each in a terminal of its own."""
    kept, rivals_home = folder / "board", folder / "rivals"
    _mirrored(kept)
    rivals_home.mkdir()
    with closing(sqlite3.connect(rivals_home / DATABASE)) as made, made:
        made.execute("CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT)")
    for name, program in programs.items():
        rival = OTHERS[name]
        pairs = [
            (
                _board(kept, folder / "opened"),
                _main_screen([program, *rival.opens], rival.shows, rivals_home),
            )
            for _ in range(TRIES)
        ]
        yield Finding("`p88console` to its Board painted", f"`{name}`'s main screen", pairs, 1.0)


def _mirrored(home: Path) -> None:
    """A home with everybody pulled and nothing sent; its accounts call nobody but this machine."""
    made = set_up(home / "p88console.db", SteppedClock())
    for first in range(0, PEOPLE, PAGE):
        pull(made, field(PAGE, first))
    made.execute("UPDATE accounts SET base_url = 'http://127.0.0.1:9'")
    made.db.close()


def _board(kept: Path, opened: Path) -> float:
    """Seconds to the Board, on a fresh copy of the home: the engine writes while it is open."""
    shutil.rmtree(opened, ignore_errors=True)
    shutil.copytree(kept, opened)
    return painted(PROGRAM, BOARD, {**os.environ, "P88_HOME": str(opened)})


def _main_screen(program: Sequence[str], shows: Sequence[str], home: Path) -> float:
    """Seconds to another one's main screen, under a home of its own."""
    folders = {f"XDG_{kind}_HOME": str(home / kind) for kind in ("CONFIG", "DATA", "CACHE")}
    environment = {**os.environ, "HOME": str(home), **folders}
    return painted([*program], shows, environment, home)

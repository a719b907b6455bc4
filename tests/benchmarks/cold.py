"""How soon the program answers, against two well-known Textual applications."""

from __future__ import annotations

import compileall
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import p88console
from tests.benchmarks.timing import Finding, in_turns

RIVALS = "P88_BENCH_RIVALS"
"""Names a folder with an environment for each of the others: their Textuals differ."""

TRIES = 7
ASKED = {"posting": "--help", "harlequin": "--version"}
"""What each of the others answers without opening its screen."""


def starts(folder: Path) -> Iterator[Finding]:
    """`--version` and `status --json` against the others' own shortest answers."""
    place = Path(os.environ.get(RIVALS, folder))
    compileall.compile_dir(next(iter(p88console.__path__)), quiet=1)  # as an installer does
    home = {**os.environ, "P88_HOME": str(folder / "home")}
    program = [sys.executable, "-m", "p88console"]
    for words in (["--version"], ["status", "--json"]):
        for rival, asked in ASKED.items():
            file = place / rival / "bin" / rival
            if not file.exists():
                continue
            pairs = in_turns(TRIES, _run([*program, *words], home), _run([str(file), asked], home))
            yield Finding(f"`p88console {' '.join(words)}`", f"`{rival} {asked}`", pairs, 1.0)


def _run(words: list[str], environment: dict[str, str]) -> Callable[[], object]:
    return lambda: subprocess.run(words, env=environment, check=True, capture_output=True)

"""Runs the benchmarks on this machine and prints one table: all of them, or those named."""

from __future__ import annotations

import asyncio
import os
import platform
import sqlite3
import sys
import tempfile
from pathlib import Path

from tests.benchmarks import (
    cold,
    keys,
    memory,
    mirror,
    open_saturday,
    queues,
    saturday,
    screens,
    wire,
)
from tests.benchmarks.timing import HEAD

MEASURES = {
    "mirror": (mirror.upserts,),
    "queues": (queues.on_sqlite, queues.on_postgres),
    "screens": (screens.flat,),
    "keys": (keys.answers,),
    "wire": (wire.whole_field,),
    "cold": (cold.starts,),
    "memory": (memory.whole_day,),
}


def machine() -> str:
    """This machine in a line."""
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), {platform.system()}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )


def say(line: str) -> None:
    """A line of the report, at once."""
    print(line, flush=True)  # noqa: T201


def main(wanted: list[str]) -> None:
    """Measure what is wanted, everything but the Saturdays when nothing is named."""
    with tempfile.TemporaryDirectory(prefix="p88-bench-") as name:
        folder = Path(name)
        if "saturday" in wanted:
            for line in saturday.report(saturday.simulate(folder / "day.db", saturday.Size())):
                say(line)
            return
        if "open_saturday" in wanted:
            report = asyncio.run(open_saturday.pass_by(folder, open_saturday.Size()))
            for line in report.lines():
                say(line)
            return
        say(f"{machine()}\n\n{HEAD}")
        for measure in [one for key in wanted or MEASURES for one in MEASURES[key]]:
            for finding in measure(folder):
                say(finding.row())


main(sys.argv[1:])

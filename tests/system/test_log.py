"""The log: lines that machines read, in files that never fill a disk."""

from __future__ import annotations

import json
import logging
from pathlib import Path

from p88console.system.log import BYTES, FILES, start_log, stop_log

LINE = "x" * 100_000


def test_old_lines_make_room_and_every_line_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "logs" / "p88console.log"
    handler = start_log(file)
    try:
        for number in range(BYTES * (FILES + 3) // len(LINE)):
            logging.getLogger("p88console.test").info("%s %s\n\x1b[31m", number, LINE)
    finally:
        stop_log(handler)
    kept = sorted(file.parent.iterdir())
    assert len(kept) == FILES + 1
    assert sum(one.stat().st_size for one in kept) <= BYTES * (FILES + 1)
    lines = [json.loads(line) for one in kept for line in one.read_text("utf-8").splitlines()]
    assert {line["where"] for line in lines} == {"p88console.test"}


def test_where_no_file_can_be_the_work_goes_on(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file where the folder should be")
    assert start_log(tmp_path / "logs" / "p88console.log") is None
    logging.getLogger("p88console.test").info("said to nobody")

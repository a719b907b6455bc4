"""What the console keeps of its operator's likings outlives it, and harms nobody when broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from p88console.runtime.desks.memory import FileMemory


async def test_what_is_kept_is_there_at_the_next_start(tmp_path: Path) -> None:
    file = tmp_path / "console.json"
    assert FileMemory(file).recall("columns") == ()
    await FileMemory(file).keep("columns", {"Try", "Asked"})
    assert FileMemory(file).recall("columns") == ("Asked", "Try")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"columns": 7}', "\x00"])
def test_a_broken_file_is_begun_anew(tmp_path: Path, content: str) -> None:
    file = tmp_path / "console.json"
    file.write_text(content, encoding="utf-8")
    assert FileMemory(file).recall("columns") == ()

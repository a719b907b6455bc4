"""What the README tells people to type is what the machines run."""

from __future__ import annotations

import os
import re

import pytest

from tests.house.sources import ROOT

RUN = ROOT / ".ci" / "run"


def first_block_under(heading: str) -> str:
    """The first fenced code block of a section of the README."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = re.search(
        rf"^## {re.escape(heading)}$(.*?)(?=^## |\Z)", readme, re.MULTILINE | re.DOTALL
    )
    assert section is not None, f"the README has no section {heading!r}"
    block = re.search(r"^```[a-z]*\n(.*?)^```$", section[1], re.MULTILINE | re.DOTALL)
    assert block is not None, f"{heading!r} has no code block"
    return block[1].strip()


def test_the_machines_run_what_the_readme_says() -> None:
    block = first_block_under("Test it")
    assert block
    assert block in RUN.read_text(encoding="utf-8")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no executable bit")
def test_the_machines_can_run_it() -> None:
    assert os.access(RUN, os.X_OK)


def test_the_readme_starts_with_the_practice_race() -> None:
    assert "p88console demo" in first_block_under("Run it")

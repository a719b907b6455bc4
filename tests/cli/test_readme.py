"""The README's own words, typed one after the other: a first race, and the laptop that is lost."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cli.conftest import ROOT, Program

README = (ROOT / "README.md").read_text(encoding="utf-8")


def typed(heading: str) -> Iterator[list[str]]:
    """What a section tells to type, without the name of the program; the console stays out."""
    section = README.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    for block in re.findall(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            program, *words = shlex.split(line)
            assert program == "p88console"
            if words:
                yield words


def run(program: Program, words: list[str], providers: Mapping[str, Any], folder: Path) -> Any:
    """Type it, at the practice providers and with their secrets."""
    stdin, words = "", list(words)
    if "<" in words:
        file = Path(words.pop())
        words.remove("<")
        stdin = json.dumps(providers[file.stem]["secrets"])
        if "add" in words:
            words.append(f"--base-url={providers[file.stem]['base_url']}")
    told = providers["copernico"]
    practice = {
        "your-copernico-race": told["event_id"],
        "race_uuid=UUID": f"race_uuid={told['options']['race_uuid']}",
        "saturday.db": str(folder / "saturday.db"),
    }
    return program.json(*(practice.get(word, word) for word in words), stdin=stdin)


@pytest.mark.timeout(400)
def test_a_first_race_and_a_lost_laptop(
    program: Program, fresh_providers: Mapping[str, Any], tmp_path: Path
) -> None:
    plan: Any = None
    for words in typed("First race in ten minutes"):
        done = run(program, words, fresh_providers, tmp_path)
        plan = done.get("plan", plan) if isinstance(done, dict) else plan
    people = program.json("participants", "list", "--event=1")
    assert len(plan["create"]) == len(people) > 0
    assert {person["push_state"] for person in people} == {"verified"}
    backup, *restore = typed("A lost laptop")
    run(program, backup, fresh_providers, tmp_path)
    second = Program(tmp_path / "second")
    for words in restore:
        run(second, words, fresh_providers, tmp_path)
    after = second.json("participants", "list", "--event=1")
    assert {person["provider_id"] for person in people} <= {one["provider_id"] for one in after}
    assert {person["push_state"] for person in after} == {"verified"}
    told = httpx.get(f"{fresh_providers['copernico']['base_url']}/_sandbox/ledger").json()
    assert len(told["athletes"]) == len(after)

"""The README tells of commands, options, settings and secrets that exist."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from p88console.cli.main import p88console
from p88console.domain.credentials import WAYS
from p88console.system.settings import Settings, read_settings
from tests.house.sources import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
CALLED = re.compile(r"(?:^|[/`\s])p88console (?P<words>[a-z-][^`|\n<>&;…]*)", re.MULTILINE)


def calls() -> Iterator[list[str]]:
    """Every call of the program that the README shows, in blocks and in sentences."""
    shown = re.findall(r"^```[a-z]*\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    shown += re.findall(r"`([^`\n]+)`", README)
    for text in shown:
        for found in CALLED.finditer(text):
            yield shlex.split(found["words"].replace('\\"', ""), comments=True)


def test_there_are_calls_to_check() -> None:
    assert len(list(calls())) > 30


@pytest.mark.parametrize("words", list(calls()), ids=" ".join)
def test_every_call_is_one_that_the_program_takes(words: list[str]) -> None:
    command: click.Command = p88console
    context = click.Context(command, info_name="p88console")
    rest = list(words)
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        inner = command.get_command(context, rest.pop(0))
        assert inner is not None, words
        command, context = inner, click.Context(inner, parent=context)
    options = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
    given = {word.partition("=")[0] for word in rest if word.startswith("-")}
    assert given <= options, words


def test_the_settings_shown_are_settings(tmp_path: Path) -> None:
    [block] = re.findall(r"^```toml\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    file = tmp_path / "settings.toml"
    file.write_text(block, encoding="utf-8")
    assert read_settings(file) != Settings()


def test_the_secrets_shown_are_those_that_providers_want() -> None:
    section = README.split("## Your accounts")[1].split("\n## ")[0]
    shown = [set(json.loads(text)) for text in re.findall(r"`(\{[^`]*\})`", section)]
    assert shown == [set(way.needed) for ways in WAYS.values() for way in ways]
    for way in (way for ways in WAYS.values() for way in ways):
        assert all(name in section for name in way.optional if name.startswith("rsu_"))

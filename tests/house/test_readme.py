"""README and help tell of commands, options, settings and secrets that exist."""

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
CALLED = re.compile(r"(?:^|[/`(\s])p88console (?P<words>[a-z-][^`|)\n<>&;…]*)", re.MULTILINE)


def calls() -> Iterator[list[str]]:
    """Every call of the program that the README shows, in blocks and in sentences."""
    shown = re.findall(r"^```[a-z]*\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    shown += re.findall(r"`([^`\n]+)`", README)
    yield from calls_in(*shown, *(command.help or "" for command in leaves(p88console)))


def calls_in(*texts: str) -> Iterator[list[str]]:
    """The calls in these texts, as words without the program's name."""
    for text in texts:
        for found in CALLED.finditer(text):
            yield shlex.split(found["words"].replace('\\"', ""), comments=True)


def leaves(group: click.Group) -> Iterator[click.Command]:
    """Every command below a group that is no group itself."""
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        if isinstance(found, click.Group):
            yield from leaves(found)
        elif found is not None:
            yield found


@pytest.mark.parametrize("command", leaves(p88console), ids=lambda one: one.callback.__name__)
def test_every_command_teaches_by_an_example(command: click.Command) -> None:
    example = (command.help or "").partition("Example")[2]
    assert list(calls_in(example)) or "curl" in example


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

"""Secrets typed at a terminal: asked for by name, and never shown."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence

import pytest

from tests.cli.conftest import Program

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a terminal of POSIX systems")


def at_terminal(program: Program, words: Sequence[str], answers: Sequence[tuple[str, str]]) -> str:
    """Run the program at a terminal, answer each question when it is asked; what was shown."""
    ours, theirs = os.openpty()
    shown = ""
    with subprocess.Popen(
        [sys.executable, "-m", "p88console", *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=dict(program.environment),
        start_new_session=True,
    ) as process:
        os.close(theirs)
        for question, answer in answers:
            seen = len(shown)
            while question not in shown[seen:]:
                shown += os.read(ours, 4096).decode()
            os.write(ours, f"{answer}\n".encode())
        try:
            while more := os.read(ours, 4096):
                shown += more.decode()
        except OSError:
            pass  # the terminal's other end is closed: the program has ended
        assert process.wait(timeout=60) == 0, shown
    os.close(ours)
    return shown


def keyring(program: Program) -> list[dict[str, str]]:
    file = program.home.parent / f"{program.home.name}-keyring.json"
    return [json.loads(kept) for kept in json.loads(file.read_text()).values()]


@pytest.mark.timeout(120)
def test_a_way_is_chosen_and_each_secret_asked_for(program: Program) -> None:
    program.json("partner", "add", "Front Range Timing")
    shown = at_terminal(
        program,
        ("account", "add", "--partner=1", "--provider=runsignup"),
        [
            ("Sign in by", "2"),
            ("rsu_api_key", "canary-key"),
            ("rsu_api_secret", "canary-secret"),
            ("rsu_api_reg", ""),
            ("rsu_api_reg_secret", ""),
        ],
    )
    assert "canary" not in shown
    assert keyring(program) == [{"rsu_api_key": "canary-key", "rsu_api_secret": "canary-secret"}]


@pytest.mark.timeout(120)
def test_other_secrets_are_asked_for_by_the_accounts_provider(program: Program) -> None:
    program.json("partner", "add", "Front Range Timing")
    words = ("account", "add", "--partner=1", "--provider=copernico", "--secrets-stdin")
    program.json(*words, stdin='{"api_key": "first"}')
    shown = at_terminal(program, ("account", "secrets", "1"), [("api_key", "canary-second")])
    assert "canary" not in shown
    assert keyring(program) == [{"api_key": "canary-second"}]

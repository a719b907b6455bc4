"""The program as a whole: a child process, a home of its own, practice providers beside it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.support import warm

RUNNERS = 40
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Answer:
    """What a call of the program came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on stdout."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Program:
    """Calls `p88console` in one home with one keyring."""

    home: Path
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> Mapping[str, str]:
        """What every call runs under."""
        return {
            **os.environ,
            "P88_HOME": str(self.home),
            "P88_TEST_KEYRING": str(self.home.parent / f"{self.home.name}-keyring.json"),
            "PYTHON_KEYRING_BACKEND": "tests.support.keyring_file.FileKeyring",
            "PYTHONPATH": str(ROOT),
            **self.more,
        }

    def start(self, *arguments: str, **how: Any) -> subprocess.Popen[str]:
        """Start the program and leave it running."""
        return subprocess.Popen(
            [sys.executable, "-m", "p88console", *arguments],
            env=dict(self.environment),
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **how,
        )

    def __call__(self, *arguments: str, stdin: str = "", wait_s: float = 120) -> Answer:
        """Run the program to its end, for at most so many machine seconds."""
        if warm.POSSIBLE and "PYTHONPATH" not in self.more:
            return Answer(*warm.call(arguments, self.environment, stdin, wait_s))
        with self.start(*arguments) as process:
            out, err = process.communicate(stdin, timeout=wait_s)
        return Answer(process.returncode, out, err)

    def json(self, *arguments: str, stdin: str = "", code: int = 0) -> Any:
        """Run the program with --json and expect this exit code."""
        answer = self(*arguments, "--json", stdin=stdin)
        assert answer.code == code, answer
        return answer.json


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """The program in an empty home."""
    return Program(tmp_path / "home")


def start_sandbox(program: Program, runners: int, *more: str) -> Iterator[dict[str, Any]]:
    """Practice providers in a child process, on free ports."""
    field = ("--runners", str(runners), "--seed", "5", "--desks", "runsignup")
    arguments = ("sandbox", *field, "--until-stdin-closes")
    process = program.start(*arguments, *more)
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.stdin.close()
        process.wait(timeout=20)
        process.stdout.close()
        assert process.stderr is not None
        process.stderr.close()


@pytest.fixture(scope="session")
def providers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Practice providers that tests only read, or write under names of their own."""
    yield from start_sandbox(Program(tmp_path_factory.mktemp("sandbox")), RUNNERS)


@pytest.fixture
def fresh_providers(program: Program) -> Iterator[dict[str, Any]]:
    """Practice providers of this test alone."""
    yield from start_sandbox(program, RUNNERS)


def add_accounts(program: Program, providers: Mapping[str, Any]) -> tuple[str, str]:
    """A partner with both accounts; returns their ids, registration first."""
    partner = program.json("partner", "add", "Front Range Timing")["id"]
    ids = []
    for name in ("runsignup", "copernico"):
        told = providers[name]
        options = [f"--option={key}={value}" for key, value in told["options"].items()]
        added = program.json(
            "account",
            "add",
            f"--partner={partner}",
            f"--provider={name}",
            f"--base-url={told['base_url']}",
            *options,
            "--secrets-stdin",
            stdin=json.dumps(told["secrets"]),
        )
        ids.append(added["id"])
    return ids[0], ids[1]


def set_up_linked(program: Program, providers: Mapping[str, Any]) -> str:
    """Accounts, discovery and link by commands alone; returns the event's id."""
    registration, scoring = add_accounts(program, providers)
    program.json("sync", "events", f"--account={registration}")
    [event] = program.json("event", "list")
    program.json(
        "event",
        "link",
        event["id"],
        f"--account={scoring}",
        f"--remote={providers['copernico']['event_id']}",
    )
    event_id: str = event["id"]
    return event_id

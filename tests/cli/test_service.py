"""`service` and `completion` from outside."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Program


def test_systemd_units_are_written_where_systemd_looks(program: Program, tmp_path: Path) -> None:
    person = Program(program.home, {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)})
    told = person.json("service", "install", "systemd")
    assert "systemctl --user" in told["next"]
    texts = {Path(file).name: Path(file).read_text() for file in told["files"]}
    assert Path(told["files"][0]).parent == tmp_path / ".config" / "systemd" / "user"
    assert f"P88_HOME={program.home}" in texts["p88console.service"]
    assert "Persistent=true" in texts["p88console-once.timer"]
    assert person.json("service", "print", "systemd")["files"] == texts


@pytest.mark.parametrize("manager", ["cron", "windows", "launchd"])
def test_every_manager_can_be_printed(program: Program, manager: str) -> None:
    answer = program("service", "print", manager)
    assert answer.code == 0
    assert "engine" in answer.out


def test_a_manager_without_a_place_for_files_says_what_to_do(program: Program) -> None:
    assert "print cron" in program.json("service", "install", "cron", code=2)["error"]["hint"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_is_taught_and_then_completes(program: Program, shell: str) -> None:
    assert "_P88CONSOLE_COMPLETE" in program("completion", shell).out
    asking = Program(
        program.home,
        {
            "_P88CONSOLE_COMPLETE": "bash_complete",
            "COMP_WORDS": "p88console eng",
            "COMP_CWORD": "1",
        },
    )
    assert asking().out.strip() == "plain,engine"

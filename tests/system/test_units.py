"""Files for service managers: sound by the managers' own tools, and those that are shipped."""

from __future__ import annotations

import plistlib
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from p88console.system.units import Manager, units

PACKAGING = Path(__file__).parents[2] / "packaging"
SHIPPED = {
    Manager.SYSTEMD: "/usr/bin/p88console",
    Manager.CRON: "/usr/bin/p88console",
    Manager.LAUNCHD: "/usr/bin/p88console",
    Manager.WINDOWS: "C:\\Program Files\\P88 Console\\p88console.exe",
}
ODD = '/tmp/a home 100% "mine"'  # noqa: S108  # a name, no file


@pytest.mark.parametrize("manager", list(Manager))
def test_what_is_shipped_is_what_is_printed(manager: Manager) -> None:
    made = units(manager, [SHIPPED[manager]], None)
    folder = PACKAGING / manager.value
    assert {file.name: file.read_text() for file in folder.iterdir()} == made


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
@pytest.mark.parametrize("home", [None, ODD])
def test_systemd_finds_its_units_sound(tmp_path: Path, home: str | None) -> None:
    made = units(Manager.SYSTEMD, ["/bin/true"], home)
    files = [tmp_path / name for name in made]
    for file in files:
        file.write_text(made[file.name])
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *files],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "p88console" not in done.stderr


def test_cron_gives_the_shell_the_words_that_were_meant() -> None:
    [line] = units(Manager.CRON, ["/opt/a b/p88console"], ODD).values()
    called = line.split(" ", 5)[5].replace("\\%", "%")
    words = shlex.split(called)
    assert words[:5] == ["env", f"P88_HOME={ODD}", "/opt/a b/p88console", "engine", "--once"]


def test_launchd_reads_its_list() -> None:
    [text] = units(Manager.LAUNCHD, ["/opt/a b/p88console"], ODD).values()
    read = plistlib.loads(text.encode())
    assert read["ProgramArguments"] == ["/opt/a b/p88console", "engine"]
    assert read["EnvironmentVariables"] == {"P88_HOME": ODD}


def test_windows_gives_the_task_the_words_that_were_meant() -> None:
    exe, home = "C:\\Program Files\\P88 Console\\p88console.exe", "D:\\race days\\2026"
    [line] = units(Manager.WINDOWS, [exe], home).values()
    # within double quotes both shells take \" for a quote and leave other backslashes alone
    words = shlex.split(line)
    assert words[:2] == ["schtasks", "/Create"]
    run = words[words.index("/TR") + 1]
    assert shlex.split(run) == [exe, "--home", home, "engine"]
    assert len(run) < 262  # schtasks takes no longer command

"""Ready-made files that let a machine run the engine by itself, for each kind of manager."""

from __future__ import annotations

import plistlib
import shlex
import subprocess
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

EVERY_MIN = 5
"""Minutes between two rounds where the engine does not run all the time."""


class Manager(StrEnum):
    """Who starts the engine."""

    SYSTEMD = "systemd"
    CRON = "cron"
    WINDOWS = "windows"
    LAUNCHD = "launchd"


def own_command() -> list[str]:
    """This very program, frozen into one file or not."""
    frozen = getattr(sys, "frozen", False)
    return [sys.executable, *([] if frozen else ["-m", "p88console"])]


def units(manager: Manager, command: Sequence[str], home: str | None) -> dict[str, str]:
    """The manager's files: name → text.

    Args:
        manager: Whose files.
        command: How this program is called.
        home: The home folder, where it is not the usual one.
    """
    match manager:
        case Manager.SYSTEMD:
            return _systemd(command, home)
        case Manager.CRON:
            return {"p88console.cron": _cron(command, home)}
        case Manager.WINDOWS:
            return {"p88console-task.cmd": _windows(command, home)}
        case Manager.LAUNCHD:
            return {"p88console.engine.plist": _launchd(command, home)}


def place(manager: Manager) -> Path | None:
    """The folder in which the manager looks for this person's files; None where there is none."""
    if manager is Manager.SYSTEMD:
        return Path.home() / ".config" / "systemd" / "user"
    if manager is Manager.LAUNCHD:
        return Path.home() / "Library" / "LaunchAgents"
    return None


NEXT = {
    Manager.SYSTEMD: "systemctl --user enable --now p88console.service",
    Manager.CRON: "add the line to your own table: crontab -e",
    Manager.WINDOWS: "run the line in a command prompt",
    Manager.LAUNCHD: "launchctl load ~/Library/LaunchAgents/p88console.engine.plist",
}
"""What to do with the files once they are there."""


def _systemd(command: Sequence[str], home: str | None) -> dict[str, str]:
    called = " ".join(_systemd_word(word) for word in (*command, "engine"))
    place = f"Environment={_systemd_word(f'P88_HOME={home}')}\n" if home else ""
    service = f"""[Unit]
Description=P88 Console: registrations in, scoring fed, results back

[Service]
Type=notify
NotifyAccess=main
ExecStart={called}
{place}Restart=on-failure
RestartSec=5
RestartPreventExitStatus=2
WatchdogSec=60
TimeoutStopSec=15
NoNewPrivileges=yes

[Install]
WantedBy=default.target
"""
    once = f"""[Unit]
Description=P88 Console: one round of everything that is due

[Service]
Type=oneshot
ExecStart={called} --once
{place}SuccessExitStatus=3
NoNewPrivileges=yes
"""
    timer = f"""[Unit]
Description=P88 Console: a round every {EVERY_MIN} minutes, instead of the service

[Timer]
OnCalendar=*:0/{EVERY_MIN}
Persistent=true

[Install]
WantedBy=timers.target
"""
    return {
        "p88console.service": service,
        "p88console-once.service": once,
        "p88console-once.timer": timer,
    }


def _systemd_word(word: str) -> str:
    """A word that systemd neither splits nor expands."""
    plain = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{plain}"' if plain != word or " " in word else word


def _cron(command: Sequence[str], home: str | None) -> str:
    words = [*([f"P88_HOME={home}"] if home else []), *command, "engine", "--once"]
    called = shlex.join(["env", *words] if home else words).replace("%", "\\%")
    return f"*/{EVERY_MIN} * * * * {called} >/dev/null 2>&1\n"


def _windows(command: Sequence[str], home: str | None) -> str:
    words = [*command, *(["--home", home] if home else []), "engine"]
    called = subprocess.list2cmdline(words).replace('"', '\\"')
    return f'schtasks /Create /F /TN "P88 Console" /SC ONLOGON /RL LIMITED /TR "{called}"\n'


def _launchd(command: Sequence[str], home: str | None) -> str:
    document = {
        "Label": "p88console.engine",
        "ProgramArguments": [*command, "engine"],
        "EnvironmentVariables": {"P88_HOME": home} if home else {},
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ExitTimeOut": 15,
    }
    return plistlib.dumps(document, sort_keys=False).decode()

"""Whether this machine is set to stay awake on mains power; honest where that cannot be told."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence

Ask = Callable[[Sequence[str]], str | None]
"""Runs a command; its output, or None where it cannot be run or fails."""

ASK_S = 5.0

CANNOT_TELL = "cannot tell whether this machine falls asleep"
AWAKE = "stays awake on mains power"

GNOME = (
    "gsettings",
    "get",
    "org.gnome.settings-daemon.plugins.power",
    "sleep-inactive-ac-type",
)
LOGIND = (
    "busctl",
    "get-property",
    "org.freedesktop.login1",
    "/org/freedesktop/login1",
    "org.freedesktop.login1.Manager",
    "IdleAction",
)


def run(words: Sequence[str]) -> str | None:
    """Ask the system itself."""
    program = shutil.which(words[0])
    if program is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603  # fixed words
            [program, *words[1:]], capture_output=True, text=True, timeout=ASK_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def stays_awake(ask: Ask = run, platform: str = sys.platform) -> tuple[bool | None, str]:
    """Whether the machine stays awake on mains power (None: cannot tell), and why."""
    if platform == "darwin":
        return _mac(ask(("pmset", "-g", "custom")))
    if platform == "win32":
        return _windows(ask(("powercfg", "/query", "SCHEME_CURRENT", "SUB_SLEEP", "STANDBYIDLE")))
    return _linux(ask)


def _linux(ask: Ask) -> tuple[bool | None, str]:
    targets = ask(("systemctl", "show", "-P", "LoadState", "sleep.target", "suspend.target"))
    if targets is not None and targets.split() == ["masked", "masked"]:
        return True, "sleep is masked in systemd"
    idle = ask(LOGIND)
    if idle is not None and "ignore" not in idle:
        return False, f"systemd does {idle.split()[-1]} when nobody types"
    desktop = ask(GNOME)
    if desktop is not None:
        does = desktop.strip().strip("'")
        return does == "nothing", AWAKE if does == "nothing" else f"the desktop does: {does}"
    return None, CANNOT_TELL


def _mac(told: str | None) -> tuple[bool | None, str]:
    mains = re.search(r"AC Power:(.*?)(?:\n\S|\Z)", told or "", re.DOTALL)
    minutes = re.search(r"^\s+sleep\s+(\d+)", mains[1], re.MULTILINE) if mains else None
    if minutes is None:
        return None, CANNOT_TELL
    awake = minutes[1] == "0"
    return awake, AWAKE if awake else f"sleeps after {minutes[1]} min on mains power"


def _windows(told: str | None) -> tuple[bool | None, str]:
    # words differ by language; the last two numbers are mains and battery, in seconds
    numbers = re.findall(r"0x([0-9a-fA-F]{8})\s*$", told or "", re.MULTILINE)
    if len(numbers) < 2:
        return None, CANNOT_TELL
    seconds = int(numbers[-2], 16)
    return not seconds, f"sleeps after {seconds // 60} min on mains power" if seconds else AWAKE

"""What each system tells about falling asleep, in the words of its own tools."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from p88console.system.sleep import Ask, run, stays_awake


def tools(answers: Mapping[str, str]) -> Ask:
    """A system that has these tools and no others."""

    def ask(words: Sequence[str]) -> str | None:
        return answers.get(words[0])

    return ask


MAC = """Battery Power:
 displaysleep         2
 sleep                1
AC Power:
 displaysleep         10
 disksleep            10
 sleep                {minutes} (sleep prevented by powerd)
"""
WINDOWS = """    Energieeinstellungen
      Index der aktuellen Wechselstromeinstellung: 0x{seconds:08x}
      Index der aktuellen Gleichstromeinstellung: 0x00000384

"""


@pytest.mark.parametrize(
    ("platform", "answers", "awake"),
    [
        ("linux", {"systemctl": "masked\n\nmasked\n"}, True),
        ("linux", {"systemctl": "loaded\n\nloaded\n", "busctl": 's "suspend"\n'}, False),
        ("linux", {"busctl": 's "ignore"\n', "gsettings": "'nothing'\n"}, True),
        ("linux", {"gsettings": "'suspend'\n"}, False),
        ("linux", {"busctl": 's "ignore"\n'}, None),
        ("linux", {}, None),
        ("darwin", {"pmset": MAC.format(minutes=0)}, True),
        ("darwin", {"pmset": MAC.format(minutes=15)}, False),
        ("darwin", {}, None),
        ("win32", {"powercfg": WINDOWS.format(seconds=0)}, True),
        ("win32", {"powercfg": WINDOWS.format(seconds=1800)}, False),
        ("win32", {"powercfg": "Zugriff verweigert"}, None),
    ],
)
def test_each_system_is_understood(
    *, platform: str, answers: Mapping[str, str], awake: bool | None
) -> None:
    """D1."""
    found, told = stays_awake(tools(answers), platform)
    assert found is awake
    assert told


def test_a_tool_that_is_not_there_tells_nothing() -> None:
    assert run(("p88console-no-such-tool",)) is None

"""The machine's battery, and a real desktop session that is asked not to fall asleep."""

from __future__ import annotations

import shutil
import subprocess
import sys

import psutil
import pytest

from p88console.system.power import battery


def test_the_charge_is_what_the_system_tells() -> None:
    told, found = psutil.sensors_battery(), battery()
    assert (found is None) == (told is None)
    if found is not None and told is not None:
        assert abs(found.percent - told.percent) < 2
        assert found.plugged is bool(told.power_plugged)


DESKTOP = """
import asyncio, threading
from jeepney import DBusAddress, HeaderFields, new_method_return, new_error
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection
from p88console.system.power import SystemWakefulness

asked, stands = [], threading.Event()


def desktop():
    connection = open_dbus_connection()
    connection.send_and_get_reply(message_bus.RequestName("org.freedesktop.PowerManagement"))
    stands.set()
    while True:
        message = connection.receive()
        member = message.header.fields.get(HeaderFields.member)
        if member == "Inhibit":
            asked.append(member)
            connection.send(new_method_return(message, "u", (7,)))
        elif member == "UnInhibit":
            asked.append((member, message.body[0]))
            connection.send(new_method_return(message))


threading.Thread(target=desktop, daemon=True).start()
assert stands.wait(10)


async def main():
    wakefulness = SystemWakefulness()
    assert await wakefulness.want(True)
    assert await wakefulness.want(True)
    assert not await wakefulness.want(False)
    assert await wakefulness.want(True)
    await wakefulness.close()


asyncio.run(main())
print(*asked)
"""


NOBODY = """
import asyncio
from p88console.system.power import SystemWakefulness


async def main():
    wakefulness = SystemWakefulness()
    print(await wakefulness.want(True), await wakefulness.want(True), await wakefulness.want(False))
    await wakefulness.close()


asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system itself keeps it awake")
def test_a_machine_that_cannot_be_kept_awake_says_so_and_nothing_breaks() -> None:
    done = subprocess.run(
        [sys.executable, "-c", NOBODY],
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == "False False False\n", done.stderr


@pytest.mark.skipif(
    sys.platform != "linux" or not shutil.which("dbus-run-session"),
    reason="no session bus on this machine",
)
def test_the_desktop_is_asked_once_and_told_when_it_may_sleep_again() -> None:
    """D1."""
    done = subprocess.run(
        ["dbus-run-session", "--", sys.executable, "-c", DESKTOP],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[0] == ("Inhibit ('UnInhibit', 7) Inhibit ('UnInhibit', 7)")

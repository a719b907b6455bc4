"""`alert`: where to tell people who are away, kept in the keyring."""

from __future__ import annotations

import asyncio
import json
import sys

import click

from p88console.cli import output
from p88console.cli.face import FAILED, P88Group, face, need_terminal
from p88console.domain.alerting import Alert
from p88console.domain.errors import UsageFault
from p88console.runtime import alerts
from p88console.runtime.runtime import Runtime
from p88console.system import notifier

COLUMNS: output.Columns = {"Name": "name", "Service": "service"}


@click.group(cls=P88Group)
def alert() -> None:
    """Alerts: who is told when something fails, is held, is overdue, or was stopped.

    What is told, and how often at most, is set under [alerts] in settings.toml.
    """


@alert.command("add")
@click.argument("name")
@click.option("--secrets-stdin", is_flag=True, help='Read {"url": "…"} from stdin.')
def alert_add(name: str, *, secrets_stdin: bool) -> None:
    """Tell NAME too; the address, as Apprise writes it, goes to the keyring.

    Example: echo '{"url": "slack://A/B/C"}' | p88console alert add crew --secrets-stdin
    """

    async def work(runtime: Runtime) -> object:
        address = _address(from_stdin=secrets_stdin)
        service = await asyncio.to_thread(alerts.add, runtime.vault, runtime.home, name, address)
        return {"name": name, "service": service}

    face().show(face().run(work))


def _address(*, from_stdin: bool) -> str:
    """The address, from stdin or typed unseen. Raises `UsageFault`, never repeating it."""
    if not from_stdin:
        need_terminal("pass it as a JSON object: --secrets-stdin")
        return str(click.prompt("Address, as Apprise writes it", hide_input=True))
    try:
        given = json.loads(sys.stdin.read())
    except ValueError:
        given = None
    if not isinstance(given, dict) or not isinstance(given.get("url"), str):
        raise UsageFault("the address is missing", 'give it as {"url": "…"}')
    address: str = given["url"]
    return address


@alert.command("list")
def alert_list() -> None:
    """List who is told; addresses are not shown, they hold secrets.

    Example: p88console alert list
    """

    async def work(runtime: Runtime) -> object:
        kept = await asyncio.to_thread(alerts.addresses, runtime.vault, runtime.home)
        return [{"name": name, "service": notifier.check(url)} for name, url in kept.items()]

    face().show(face().run(work), COLUMNS)


@alert.command("remove")
@click.argument("name")
def alert_remove(name: str) -> None:
    """Tell NAME no more.

    Example: p88console alert remove crew
    """

    async def work(runtime: Runtime) -> object:
        await asyncio.to_thread(alerts.remove, runtime.vault, runtime.home, name)
        return {"name": name, "removed": True}

    face().show(face().run(work))


@alert.command("test")
@click.argument("name")
def alert_test(name: str) -> None:
    """Send NAME a message now; exit code 1 when it does not arrive.

    Example: p88console alert test crew
    """

    async def work(runtime: Runtime) -> bool:
        kept = await asyncio.to_thread(alerts.addresses, runtime.vault, runtime.home)
        if name not in kept:
            raise UsageFault(f"no alerts go to {name}", hint="see: p88console alert list")
        told = Alert("P88: this is a test", "Alerts of P88 Console arrive here.")
        return not await asyncio.to_thread(notifier.deliver, {name: kept[name]}, told)

    reached = face().run(work)
    face().show({"name": name, "ok": reached})
    if not reached:
        raise SystemExit(FAILED)

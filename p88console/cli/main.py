"""The `p88console` command: sub-commands are imported when they are called."""

from __future__ import annotations

import logging
import os
import sys
from importlib import import_module
from pathlib import Path

import click

from p88console import __version__
from p88console.cli import output
from p88console.cli.face import FAILED, USAGE, Face, P88Group, need_terminal
from p88console.domain.errors import P88Error, UsageFault
from p88console.system.loading import loading

COMMANDS = {
    "account": ("setup", "Accounts at providers: add, list, test, remove."),
    "alert": ("alerts", "Who is told when something needs a person: add, list, remove, test."),
    "api": ("headless", "The REST API on loopback, the engine beside it."),
    "backup": ("backups", "Copy the database into one file, while everything runs."),
    "completion": ("service", "Teach bash, zsh or fish to complete these commands."),
    "demo": ("practice", "Run a practice race on this machine."),
    "doctor": ("doctor", "Go or no-go for tomorrow morning."),
    "engine": ("headless", "Run without a screen: a service, or one round for cron."),
    "event": ("events", "Events: list, show, link to a scoring event."),
    "export": ("files", "Roster, results, history, ChronoTrack entries as a file."),
    "history": ("work", "What happened: every attempt, newest first."),
    "inbox": ("inbox", "What needs a person: list, resolve."),
    "participants": ("people", "Participants of an event."),
    "partner": ("setup", "Timing partners: add, list."),
    "publish": ("publish", "Publish results, behind the guard."),
    "queue": ("work", "What waits: list, retry, cancel, hold, resume."),
    "results": ("results", "Results of an event: standings, moves, orphans, sheet."),
    "restore": ("backups", "Open a backup here."),
    "sandbox": ("practice", "Run the practice providers alone."),
    "serve": ("serve", "The console in a browser, on loopback, with a token."),
    "service": ("service", "Files for systemd, cron, Windows, launchd."),
    "status": ("status", "One screen's truth."),
    "undo": ("edits", "Take back your newest change that can still be taken back."),
    "sync": ("sync", "Pull and push now: events, participants, results."),
}
"""Command → (module of this package, one line of help)."""


class LazyGroup(P88Group):
    """Knows its commands by name and imports only the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands by name."""
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported at this moment."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        with loading():
            module = import_module(f"p88console.cli.{COMMANDS[cmd_name][0]}")
        found = getattr(module, cmd_name)
        assert isinstance(found, click.Command)  # noqa: S101  # the table above names commands
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing any."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in sorted(COMMANDS)])


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "P88"},
    epilog="Try it without an account: p88console demo",
)
@click.version_option(__version__, prog_name="p88console")
@click.option("--watch", is_flag=True, help="Look on: the console without its keys to act.")
@click.pass_context
def p88console(ctx: click.Context, *, watch: bool) -> None:
    """Registrations in, scoring fed, results back: the race-day operator's console.

    Without a command the console opens on this terminal.
    """
    ctx.ensure_object(Face)
    if ctx.invoked_subcommand is None:
        need_terminal("see what there is without a screen: p88console --help")
        with loading():
            from p88console.cli.console import open_console  # noqa: PLC0415  # Textual, when drawn

        open_console(watch=watch)


def main() -> None:
    """Run the command line; wrong usage is told as JSON too when that was asked for."""
    as_json, chosen = "--json" in sys.argv, Face()
    try:
        ended = p88console.main(prog_name="p88console", standalone_mode=False, obj=chosen)
        sys.stdout.flush()
        sys.exit(ended if isinstance(ended, int) else 0)
    except P88Error as fault:
        output.fault(fault.as_dict(), as_json=as_json)
        sys.exit(USAGE if isinstance(fault, UsageFault) else FAILED)
    except OSError:
        # whoever read our output has gone, or its disk is full: nothing more can be told there
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILED)
    except click.exceptions.NoArgsIsHelpError as fault:
        if not as_json:
            fault.show()
            sys.exit(USAGE)
        path = fault.ctx.command_path
        told = {"code": "usage", "title": f"{path} needs a command", "detail": ""}
        output.fault(told | {"hint": f"see: {path} --help"}, as_json=True)
        sys.exit(USAGE)
    except click.UsageError as fault:
        shown = fault.ctx.command_path if fault.ctx else "p88console"
        hint = f"see: {shown} --help"
        title = " ".join(fault.format_message().split())
        error = {"code": "usage", "title": title, "detail": "", "hint": hint}
        output.fault(error, as_json=as_json)
        sys.exit(USAGE)
    except click.Abort:
        sys.exit(130)
    except Exception as fault:  # noqa: BLE001  # the log gets it whole, the operator its name
        _tell_unforeseen(fault, chosen.home.log, as_json=as_json)
        sys.exit(FAILED)


def _tell_unforeseen(fault: Exception, file: Path, *, as_json: bool) -> None:
    from p88console.system.log import start_log, stop_log  # noqa: PLC0415  # when it breaks

    handler = start_log(file)
    logging.getLogger(__name__).error("an unforeseen fault", exc_info=fault)
    stop_log(handler)
    told = {"code": "unforeseen", "title": "an unforeseen fault of this program"}
    where = f"what it was stands in {file}" if handler else "no log can be written"
    told |= {"detail": type(fault).__name__, "hint": f"what was saved stays saved; {where}"}
    output.fault(told, as_json=as_json)

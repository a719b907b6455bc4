"""`service` and `completion`: files for service managers, and for the shell."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from p88console.cli import output
from p88console.cli.face import P88Command, P88Group, face
from p88console.domain.errors import UsageFault
from p88console.system.files import write_whole
from p88console.system.units import NEXT, Manager, own_command, place, units

MANAGER = click.argument(
    "manager", type=click.Choice([manager.value for manager in Manager]), metavar="MANAGER"
)


@click.group(cls=P88Group)
def service() -> None:
    """Files that let this machine run the engine by itself: systemd, cron, windows, launchd."""


def _units(manager: Manager) -> dict[str, str]:
    folder = face().home_folder
    return units(manager, own_command(), str(face().home.folder.absolute()) if folder else None)


@service.command("print")
@MANAGER
def service_print(manager: str) -> None:
    """Print the files; nothing is changed.

    For systemd: a service that runs all the time, or a timer with a round every five minutes.

    Example: p88console service print cron
    """
    made = _units(Manager(manager))
    if face().json:
        output.document({"files": made, "next": NEXT[Manager(manager)]})
        return
    for name, text in made.items():
        output.note(f"# {name}")
        output.raw(text)
    output.note(f"next: {NEXT[Manager(manager)]}")


@service.command("install")
@MANAGER
def service_install(manager: str) -> None:
    """Write the files where the manager looks for yours, and say what starts them.

    The keyring has to be unlocked for a service that runs before you have signed in.

    Example: p88console service install systemd
    """
    chosen = Manager(manager)
    folder = place(chosen)
    if folder is None:
        raise UsageFault(
            f"{chosen} keeps no files for one person", hint=f"p88console service print {chosen}"
        )
    folder.mkdir(parents=True, exist_ok=True)
    made = _units(chosen)
    for name, text in made.items():
        write_whole(folder / name, text.encode())
    face().show({"files": [str(folder / name) for name in made], "next": NEXT[chosen]})


@click.command(cls=P88Command)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what teaches a shell to complete this program's commands.

    Example: eval "$(p88console completion bash)", in your ~/.bashrc
    """
    kind = get_completion_class(shell)
    if kind is None:
        raise UsageFault(f"{shell} cannot be taught")
    root = click.get_current_context().find_root()
    output.raw(kind(root.command, {}, "p88console", "_P88CONSOLE_COMPLETE").source() + "\n")

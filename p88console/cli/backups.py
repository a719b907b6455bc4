"""`backup` and `restore`: one file that another laptop opens in a minute."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from p88console.cli import output
from p88console.cli.face import P88Command, face
from p88console.runtime import backups
from p88console.runtime.runtime import Runtime
from p88console.system.clock import SystemClock

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(cls=P88Command)
@click.option("-o", "--output", "target", type=FILE, help="A file; else one in the home folder.")
def backup(target: Path | None) -> None:
    """Copy everything but the secrets into one file, while the engine may run.

    The engine also keeps copies by itself, in the folder `backups` of the home.

    Example: p88console backup -o /media/stick/saturday.db
    """

    async def work(runtime: Runtime) -> tuple[Path, int]:
        return await asyncio.to_thread(backups.make_backup, runtime.home, runtime.clock, target)

    backups.see_own(face().home)
    made, rows = face().run(work)
    face().show({"path": str(made), "rows": rows})


@click.command(cls=P88Command)
@click.argument("file", type=FILE)
@click.option("--yes", is_flag=True, help="Replace the database that is here.")
def restore(file: Path, *, yes: bool) -> None:
    """Open a backup here: this laptop runs the engine from now on.

    An engine that still runs on this database stops. What another laptop sent after the backup
    was made is unknown here, so everybody is looked for at scoring before the next push. Secrets
    stay in the keyring of the laptop that made the backup: give them anew.

    Example: p88console restore saturday.db && p88console account secrets 1 --secrets-stdin
    """
    found, rows = backups.restore(face().home, SystemClock(), file, overwrite=yes)
    output.note("accounts need their secrets on this machine: p88console account secrets ID")
    face().show({"path": str(found), "rows": rows})

"""`engine`: scheduler and workers without a screen, as a service or for one round."""

from __future__ import annotations

import click

from p88console.cli import output
from p88console.cli.face import P88Command, face
from p88console.cli.sync import reports_of, show_reports
from p88console.runtime import present
from p88console.runtime.runtime import Runtime
from p88console.store import queue


@click.command(cls=P88Command)
@click.option("--once", is_flag=True, help="Run all that is due and end: for cron.")
def engine(*, once: bool) -> None:
    """Pull, push and verify by the race clock, without a screen, until ctrl-c or SIGTERM.

    There is one engine for each database; a second one says who runs it and ends. Running jobs
    get eight seconds to finish at the end, then they are handed back. With --once the exit code
    is that of `sync`: 1 when something failed or is partial, 3 when something needs a person.

    Example, every five minutes by cron: p88console engine --once
    """
    from p88console.runtime import headless  # noqa: PLC0415  # with the engine
    from p88console.system.signals import asked_to_stop  # noqa: PLC0415
    from p88console.system.supervisor import Supervisor  # noqa: PLC0415

    async def serve(runtime: Runtime) -> None:
        with asked_to_stop() as stop:
            output.note(f"the engine runs over {runtime.home.folder}; ctrl-c stops it")
            await headless.serve(runtime, Supervisor(), stop)

    async def round_of_work(runtime: Runtime) -> list[present.Document]:
        with asked_to_stop() as stop:
            worked = await headless.run_once(runtime, stop)
        return await reports_of(runtime, await runtime.db.read(queue.find, job_ids=worked))

    if once:
        show_reports(face().run(round_of_work))
    else:
        face().run(serve)

"""`engine` and `api`: the engine without a screen, and the REST door beside it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

import click

from p88console.cli import output
from p88console.cli.face import P88Command, face
from p88console.cli.sync import reports_of, show_reports
from p88console.domain.errors import UsageFault
from p88console.runtime import headless, present
from p88console.runtime.runtime import Runtime
from p88console.store.work import queue
from p88console.system.signals import asked_to_stop
from p88console.system.supervisor import Supervisor

API_PORT = 8808


def _api_options(command: Callable[..., Any]) -> Callable[..., Any]:
    port = click.option(
        "--port", type=click.IntRange(0, 65_535), default=API_PORT, show_default=True
    )
    shown = click.option(
        "--print-token", is_flag=True, help="Print the token on the first line of stdout."
    )
    return port(shown(command))


@click.command(cls=P88Command)
@click.option("--once", is_flag=True, help="Run all that is due and end: for cron.")
@click.option("--api", "with_api", is_flag=True, help="Serve the REST API beside it.")
@_api_options
def engine(*, once: bool, with_api: bool, port: int, print_token: bool) -> None:
    """Pull, push and verify by the race clock, without a screen, until ctrl-c or SIGTERM.

    There is one engine for each database; a second one says who runs it and ends. Running jobs
    get eight seconds to finish at the end, then they are handed back. With --once the exit code
    is that of `sync`: 1 when something failed or is partial, 3 when something needs a person.

    Example, every five minutes by cron: p88console engine --once
    """

    async def round_of_work(runtime: Runtime) -> list[present.Document]:
        with asked_to_stop() as stop:
            worked = await headless.run_once(runtime, stop)
        return await reports_of(runtime, await runtime.db.read(queue.find, job_ids=worked))

    if once and with_api:
        face().fail(UsageFault("--once ends, so there is nothing for --api to serve"))
    if once:
        show_reports(face().run(round_of_work))
    else:
        _serve(port if with_api else None, print_token=print_token, attach=False)


@click.command(cls=P88Command)
@_api_options
def api(*, port: int, print_token: bool) -> None:
    """Serve the REST API on loopback, the engine beside it; its pages are at /docs.

    Every call needs the token, which lies in the keyring. Where another process runs the engine
    on this database already, this one leaves the work to it.

    Example: curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:8808/api/status
    """
    _serve(port, print_token=print_token, attach=True)


def _serve(port: int | None, *, print_token: bool, attach: bool) -> None:
    async def serve(runtime: Runtime) -> None:
        async with AsyncExitStack() as stack:
            stop = stack.enter_context(asked_to_stop())
            if port is not None:
                from p88console.api import server  # noqa: PLC0415  # 300 ms of FastAPI

                token = await server.token_of(runtime.vault, runtime.home, shown=print_token)
                address = await stack.enter_async_context(server.listening(runtime, port, token))
                if print_token:
                    output.plain(token)
                output.note(f"the API answers at {address}, its pages at {address}/docs")
            output.note(f"the engine runs over {runtime.home.folder}; ctrl-c stops it")
            await headless.serve(runtime, Supervisor(), stop, attach=attach, tell=output.note)

    face().run(serve)

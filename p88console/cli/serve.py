"""`serve`: the console in a browser of this machine, for whoever has the token."""

from __future__ import annotations

import hmac
import re
import secrets
import subprocess
from collections.abc import Awaitable, Callable

import click

from p88console.cli import output
from p88console.cli.face import P88Command, face
from p88console.domain.errors import P88Error, UsageFault
from p88console.system.units import own_command

PORT = 8818
COOKIE = "p88console"

FONTS = re.compile(r"<link[^>]*https://fonts\.[^>]*>")
"""A stylesheet that the page would ask the internet for, and wait for where there is none."""

TAKE_KEYS = """<script>
const drawn = setInterval(() => {
  const keys = document.querySelector(".xterm-helper-textarea");
  if (keys) { keys.focus(); clearInterval(drawn); }
}, 50);
</script>"""
"""Keys reach the console without a click first."""


@click.command(cls=P88Command)
@click.option("--port", type=click.IntRange(1, 65_535), default=PORT, show_default=True)
@click.option("--watch", is_flag=True, help="Look on: the console without its keys to act.")
def serve(port: int, *, watch: bool) -> None:
    """Serve the console to a browser on loopback; the address with its token is printed.

    Each page runs a console of its own; the first one runs the engine, the others attach.

    Example: p88console serve --watch
    """
    try:
        import aiohttp.web  # noqa: F401, PLC0415  # only to see whether the extra is there
        import textual_serve  # noqa: F401, PLC0415
    except ImportError:
        face().fail(UsageFault("serve needs the extra `web`", hint="pip install 'p88console[web]'"))
    home = face().home_folder
    words = [*own_command(), *(["--home", home] if home else []), *(["--watch"] if watch else [])]
    token = secrets.token_urlsafe(32)
    output.plain(f"http://127.0.0.1:{port}/?token={token}")
    output.note("open it in a browser of this machine; ctrl-c ends it")
    try:
        _server(subprocess.list2cmdline(words), port, token)
    except OSError as fault:
        face().fail(P88Error(f"port {port} cannot be used", str(fault), "choose another: --port"))


def _server(command: str, port: int, token: str) -> None:
    from aiohttp import web  # noqa: PLC0415  # comes with the extra
    from textual_serve.server import Server  # noqa: PLC0415

    hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
    following = Callable[[web.Request], Awaitable[web.StreamResponse]]

    @web.middleware
    async def gate(request: web.Request, handler: following) -> web.StreamResponse:
        """Own hosts and origins only; the token once in the address, then in a cookie."""
        origin = request.headers.get("Origin")
        if request.host not in hosts or (
            origin is not None and origin.removeprefix("http://") not in hosts
        ):
            raise web.HTTPForbidden(text="this is not the host that was asked for")
        if _same(request.query.get("token", ""), token):
            home = web.HTTPSeeOther("/")
            home.set_cookie(COOKIE, token, httponly=True, samesite="Strict")
            raise home
        if not _same(request.cookies.get(COOKIE, ""), token):
            raise web.HTTPUnauthorized(text="open the address that serve has printed")
        answer = await handler(request)
        if request.path == "/" and isinstance(answer, web.Response) and answer.text:
            answer.text = FONTS.sub("", answer.text).replace("</body>", f"{TAKE_KEYS}</body>")
        return answer

    class Gated(Server):
        async def _make_app(self) -> web.Application:
            app = await super()._make_app()
            app.middlewares.append(gate)
            return app

        def initialize_logging(self) -> None:
            """Log no addresses: the first one carries the token."""

        async def on_startup(self, app: web.Application) -> None:
            """Say nothing: the address has been printed."""

    Gated(command, "127.0.0.1", port, title="P88 Console").serve()


def _same(given: str, token: str) -> bool:
    return hmac.compare_digest(given.encode(), token.encode())

"""Who is told is added, tried and taken away by commands; the address shows up nowhere."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

from tests.cli.conftest import Program

CANARY = "s3cret-path"


def test_alerts_by_commands_alone(program: Program) -> None:
    """D33."""
    heard: list[dict[str, Any]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # http.server's name
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Hook) as server:
        serving = Thread(target=server.serve_forever)
        serving.start()
        try:
            url = f"json://127.0.0.1:{server.server_port}/{CANARY}"
            added = program(
                "alert", "add", "crew", "--secrets-stdin", "--json", stdin=json.dumps({"url": url})
            )
            assert added.json == {"name": "crew", "service": "JSON"}
            assert program.json("alert", "list") == [{"name": "crew", "service": "JSON"}]
            assert program.json("alert", "test", "crew") == {"name": "crew", "ok": True}
        finally:
            server.shutdown()
            serving.join()
    assert [one["title"] for one in heard] == ["P88: this is a test"]
    program.json("alert", "test", "crew", code=1)
    kept = [path.read_bytes() for path in program.home.rglob("*") if path.is_file()]
    assert not [content for content in kept if CANARY.encode() in content]
    program.json("alert", "remove", "crew")
    assert program.json("alert", "list") == []

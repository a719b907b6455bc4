"""`api` and `engine --api` as scripts start them, and schemathesis let loose on the result."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cli.conftest import Program, set_up_linked

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "ignored_auth",
)


@contextmanager
def serving(program: Program, *words: str) -> Iterator[tuple[str, str]]:
    """The API in a child process on a free port; yields address and token."""
    process = program.start(*words, "--port=0", "--print-token")
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        token = process.stdout.readline().strip()
        address = process.stderr.readline().split()[4].rstrip(",")
        yield address, token
    finally:
        process.send_signal(signal.SIGTERM)
        out, _err = process.communicate(timeout=30)
    assert out == ""
    assert process.returncode == (0 if os.name == "posix" else 1)


def bearer(token: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("words", [("api",), ("engine", "--api")], ids=" ".join)
def test_it_serves_with_a_token_that_stays_the_homes_own(
    program: Program, words: tuple[str, ...]
) -> None:
    program.json("partner", "add", "Front Range Timing")
    tokens = []
    for _ in range(2):
        with serving(program, *words) as (address, token):
            tokens.append(token)
            assert httpx.get(f"{address}/api/status").status_code == 401
            status = httpx.get(f"{address}/api/status", headers=bearer(token))
            assert status.json()["engine"] == "running"
    assert len(tokens[0]) > 30
    assert tokens[0] == tokens[1]
    other = Program(program.home.parent / "other", {"P88_TEST_KEYRING": str(keyring(program))})
    with serving(other, *words) as (_address, token):
        assert token != tokens[0]


def keyring(program: Program) -> Path:
    return program.home.parent / f"{program.home.name}-keyring.json"


def test_the_api_leaves_the_work_to_an_engine_that_runs(program: Program) -> None:
    with serving(program, "engine", "--api"), serving(program, "api") as (address, token):
        told = httpx.get(f"{address}/api/status", headers=bearer(token)).json()
        assert told["engine"] == "running"


def test_without_a_keyring_the_token_has_to_be_shown(program: Program) -> None:
    bare = Program(program.home, {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"})
    refused = bare("api", "--port=0", "--json")
    assert refused.code == 1
    assert refused.json["error"]["code"] == "keyring"
    with serving(bare, "api") as (address, token):
        assert httpx.get(f"{address}/api/status", headers=bearer(token)).status_code == 200


def test_a_port_that_is_taken_is_told(program: Program) -> None:
    with serving(program, "api") as (address, _token):
        port = address.rpartition(":")[2]
        answer = program("api", f"--port={port}", "--json")
    assert answer.code == 1
    assert "--port" in answer.json["error"]["hint"]


def test_schemathesis_finds_nothing_that_the_document_does_not_say(
    program: Program, fresh_providers: dict[str, Any], tmp_path: Path
) -> None:
    event_id = set_up_linked(program, fresh_providers)
    program.json("sync", "participants", f"--event={event_id}", "--pull-only")
    with serving(program, "api") as (address, token):
        done = subprocess.run(
            [
                Path(sys.executable).with_name("schemathesis"),
                "run",
                f"{address}/openapi.json",
                f"--header=Authorization: Bearer {token}",
                "--exclude-path=/api/feed",
                f"--checks={','.join(CHECKS)}",
                "--max-examples=5",
                "--phases=examples,coverage,fuzzing",
                "--seed=88",
                "--warnings=off",
                "--no-color",
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=150,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-6000:]
    assert token not in done.stdout

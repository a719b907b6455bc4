"""Secrets lie in the keyring and nowhere else, however a day goes."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.cli.conftest import Program, set_up_linked
from tests.cli.test_api import bearer, serving

SUBJECTS = ("roster", "results", "history", "chronotrack-entries")


def spellings(secret: str) -> Iterator[bytes]:
    """How a secret could be written down."""
    plain = secret.encode()
    yield plain
    yield base64.b64encode(plain).rstrip(b"=")
    yield plain.hex().encode()


def leaks(folder: Path, secrets: list[str]) -> list[str]:
    """Files below a folder that hold a secret in any spelling."""
    looked_for = [spelling for secret in secrets for spelling in spellings(secret)]
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert files
    return [file.name for file in files if any(one in file.read_bytes() for one in looked_for)]


def test_a_whole_run_leaves_no_secret_behind(
    program: Program, fresh_providers: dict[str, Any], tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    secrets = [
        value
        for name in ("runsignup", "copernico")
        for value in fresh_providers[name]["secrets"].values()
    ]
    said: list[str] = []

    def call(*words: str, stdin: str = "") -> None:
        answer = program(*words, "--json", stdin=stdin)
        said.extend((answer.out, answer.err))

    event_id = set_up_linked(program, fresh_providers)
    call("engine", "--once")
    call("sync", "results", f"--event={event_id}")
    # a day on which credentials go wrong: told, held, set right again
    wrong = {"api_key": "canary-key-8801", "api_secret": "canary-secret-8802"}
    secrets += list(wrong.values())
    call("account", "secrets", "1", "--secrets-stdin", stdin=json.dumps(wrong))
    call("sync", "participants", f"--event={event_id}")
    call("account", "test", "1")
    for words in (("doctor",), ("status",), ("queue", "list"), ("history", "list")):
        call(*words)
    for subject in SUBJECTS:
        call("export", subject, f"--event={event_id}", f"-o{outside / subject}", "--format=csv")
    call("backup", f"-o{outside / 'backup.db'}")
    with serving(program, "api") as (_address, token):
        secrets.append(token)
        assert bearer(token)
    assert (program.home / "logs" / "p88console.log").exists()
    assert (outside / "backup.db").exists()
    assert leaks(program.home, secrets) == []
    assert leaks(outside, secrets) == []
    for secret in secrets:
        assert not [text for text in said if secret in text]


def test_the_search_would_find_one(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text(f"key={base64.b64encode(b'canary-key').decode()}")
    assert leaks(tmp_path, ["canary-key"]) == ["a.log"]

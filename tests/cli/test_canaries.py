"""Secrets lie in the keyring and nowhere else, however a day goes."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from p88console.domain.credentials import WAYS
from p88console.domain.model import Provider
from p88console.runtime.desk import RuntimeDesk
from p88console.runtime.runtime import open_runtime
from p88console.system.home import Home
from p88console.system.vault import MemoryVault
from p88console.ui.app import ConsoleApp
from tests.cli.conftest import Program, set_up_linked
from tests.cli.test_api import bearer, serving

SUBJECTS = ("roster", "results", "history", "chronotrack-entries")
PAGES = ("status", "accounts", "events", "queue", "history", "inbox", "doctor", "sync/status/1")
ALERT = "canary-alert-8817"
OTHERS = (Provider.RACEROSTER, Provider.HAKU, Provider.CHRONOTRACK)


def spellings(secret: str) -> Iterator[bytes]:
    """How a secret could be written down."""
    plain = secret.encode()
    yield plain
    yield base64.b64encode(plain).rstrip(b"=")
    yield plain.hex().encode()
    yield quote(secret, safe="").encode()


def leaks(folder: Path, secrets: list[str]) -> list[str]:
    """Files below a folder that hold a secret in any spelling."""
    looked_for = [spelling for secret in secrets for spelling in spellings(secret)]
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert files
    return [file.name for file in files if any(one in file.read_bytes() for one in looked_for)]


def processes() -> bytes:
    """The arguments of every process that this machine shows."""
    found = b""
    for told in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found += told.read_bytes() + b"\n"
        except OSError:
            continue  # it has ended
    return found


def wrong(provider: Provider) -> dict[str, str]:
    """Secrets that look right and are not: they come up in refusals."""
    return {name: f"canary-{provider}-{name}" for name in WAYS[provider][0].needed}


def pictures(home: Path) -> Iterator[str]:
    """The console's rooms over this home, as somebody would send them to a colleague."""

    async def draw() -> list[str]:
        async with open_runtime(Home(home), vault=MemoryVault()) as runtime:
            app, drawn = ConsoleApp(RuntimeDesk(runtime, read_only=True), tick_s=None), []
            async with app.run_test(size=(140, 45)) as pilot:
                for key in "123456":
                    await pilot.press(key)
                    await pilot.pause()
                    drawn.append(app.export_screenshot())
            return drawn

    yield from asyncio.run(draw())


@pytest.mark.timeout(600)
def test_a_whole_run_leaves_no_secret_behind(
    program: Program, fresh_providers: Mapping[str, Any], tmp_path: Path
) -> None:
    """D33."""
    outside = tmp_path / "outside"
    outside.mkdir()
    said: list[str] = []
    secrets = [ALERT] + [
        value
        for provider in Provider
        for kind in (fresh_providers[provider]["secrets"], wrong(provider))
        for name, value in kind.items()
        if name not in ("client_id", "user_id", "username")
    ]

    def call(*words: str, stdin: str = "") -> str:
        answer = program(*words, "--json", stdin=stdin)
        said.extend((answer.out, answer.err))
        return answer.out

    event_id = set_up_linked(program, fresh_providers)
    for provider in OTHERS:
        told = fresh_providers[provider]
        options = [f"--option={key}={value}" for key, value in told["options"].items()]
        words = ("account", "add", "--partner=1", f"--provider={provider}", *options)
        base = f"--base-url={told['base_url']}"
        call(*words, base, "--secrets-stdin", stdin=json.dumps(told["secrets"]))
    accounts = json.loads(call("account", "list"))
    assert {account["provider"] for account in accounts} == set(Provider)
    address = json.dumps({"url": f"json://crew:{ALERT}@127.0.0.1:9/"})
    call("alert", "add", "crew", "--secrets-stdin", stdin=address)
    for verb in (("list",), ("test", "crew")):
        call("alert", *verb)
    call("engine", "--once")
    call("sync", "results", f"--event={event_id}")
    # a day on which credentials go wrong: told, held, searched for everywhere
    for account in accounts:
        given = json.dumps(wrong(Provider(account["provider"])))
        call("account", "secrets", account["id"], "--secrets-stdin", stdin=given)
        call("account", "test", account["id"])
        call("sync", "events", f"--account={account['id']}")
    for words in (("doctor",), ("status",), ("queue", "list"), ("history", "list")):
        call(*words)
    for subject in SUBJECTS:
        call("export", subject, f"--event={event_id}", f"-o{outside / subject}", "--format=csv")
    call("backup", f"-o{outside / 'backup.db'}")
    with serving(program, "api") as (address, token):
        running = processes()
        with httpx.Client(base_url=f"{address}/api", headers=bearer(token), timeout=60) as api:
            said.extend(api.get(page).text for page in PAGES)
        secrets.append(token)
    said += pictures(program.home)
    crash(program)
    said.append(call("account", "list"))
    log = program.home / "logs" / "p88console.log"
    assert "an unforeseen fault" in log.read_text()
    assert (outside / "backup.db").exists()
    assert leaks(program.home, secrets) == []
    assert leaks(outside, secrets) == []
    for secret in secrets:
        assert not [text for text in said if secret in text]
        assert secret.encode() not in running
    assert os.name != "posix" or b"p88console" in running


def crash(program: Program) -> None:
    """Damage what an account says of itself, so that nobody foresees what comes of it."""
    with closing(sqlite3.connect(program.home / "p88console.db")) as found, found:
        found.execute("UPDATE accounts SET options = '{' WHERE id = 1")


def test_the_search_would_find_one(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text(f"key={base64.b64encode(b'canary-key').decode()}")
    assert leaks(tmp_path, ["canary-key"]) == ["a.log"]

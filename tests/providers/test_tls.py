"""A certificate that nobody vouches for is never taken, whoever asks."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from p88console.domain.credentials import WAYS
from p88console.domain.errors import P88Error, UsageFault
from p88console.domain.model import Provider
from p88console.providers.base import AccountAccess
from p88console.providers.registry import open_adapter

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the key")


def certificate(folder: Path) -> Path:
    """A key and a certificate for this machine that it has signed itself."""
    file = folder / "own.pem"
    made = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost")
    named = ("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")
    where = ("-keyout", str(file), "-out", str(folder / "crt.pem"))
    subprocess.run(["openssl", *made, *named, *where], check=True, capture_output=True)
    file.write_text(file.read_text() + (folder / "crt.pem").read_text())
    return file


@asynccontextmanager
async def impostor(folder: Path) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A server behind that certificate, and everything it was told."""
    heard: list[bytes] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(folder))

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(4096))
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0, ssl=context)
    async with server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}", heard


@pytest.mark.parametrize("provider", list(Provider), ids=str)
async def test_an_impostor_learns_nothing(provider: Provider, tmp_path: Path) -> None:
    secrets = {name: f"canary-{name}" for name in WAYS[provider][0].needed}
    async with impostor(tmp_path) as (address, heard):
        adapter = open_adapter(AccountAccess(provider, secrets, address, {}))
        with pytest.raises(P88Error, match="certificate"):
            await adapter.test()
        await adapter.close()
    assert heard == []


@pytest.mark.parametrize(
    ("provider", "option"),
    [
        (Provider.HAKU, "auth_url"),
        (Provider.RACEROSTER, "results_base_url"),
        (Provider.COPERNICO, "registrations_base_url"),
    ],
    ids=str,
)
def test_no_option_opens_a_way_in_plain_text(provider: Provider, option: str) -> None:
    secrets = {name: f"canary-{name}" for name in WAYS[provider][0].needed}
    given = {option: "http://far.example"}
    with pytest.raises(UsageFault, match="plain http"):
        open_adapter(AccountAccess(provider, secrets, None, given))

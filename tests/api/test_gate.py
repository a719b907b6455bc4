"""Who gets in, and who is told to stay out."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from p88console.api.gate import BODY_BYTES
from tests.api.conftest import TOKEN

MANUAL = "/api/sync/manual"


@pytest.mark.parametrize(
    "sent",
    [None, "Bearer wrong", f"Basic {TOKEN}", TOKEN, "Bearer", f"Bearer {TOKEN}x", "Bearer é"],
)
async def test_without_the_token_nobody_gets_anything(address: str, sent: str | None) -> None:
    headers = [] if sent is None else [(b"Authorization", sent.encode())]
    async with httpx.AsyncClient(base_url=address) as client:
        for path in ("/api/status", "/api/feed", "/api/nowhere", "/"):
            answer = await client.get(path, headers=headers)
            assert answer.status_code == 401
            assert answer.json()["error"]["code"] == "unauthorized"
            assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil:80", ""]
)
async def test_a_name_of_somebody_elses_is_refused(api: httpx.AsyncClient, host: str) -> None:
    for path in ("/api/status", "/docs", "/openapi.json"):
        assert (await api.get(path, headers={"Host": host})).status_code == 403


async def test_both_names_of_this_machine_are_its_own(api: httpx.AsyncClient) -> None:
    own = {"Host": f"localhost:{api.base_url.port}"}
    assert (await api.get("/api/status", headers=own)).status_code == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1:{port}"])
async def test_pages_of_other_origins_are_refused(api: httpx.AsyncClient, origin: str) -> None:
    sent = {"Origin": origin.format(port=api.base_url.port)}
    refused = await api.post(MANUAL, headers=sent, json={})
    assert refused.status_code == 403
    own = {"Origin": f"http://127.0.0.1:{api.base_url.port}"}
    assert (await api.get("/api/status", headers=own)).status_code == 200


async def test_a_long_body_is_cut_off_announced_or_not(api: httpx.AsyncClient) -> None:
    announced = await api.post(MANUAL, content=b" " * (BODY_BYTES + 1))
    assert announced.status_code == 413

    async def drops() -> AsyncIterator[bytes]:
        for _ in range(BODY_BYTES // 1000 + 1):
            yield b" " * 1000

    json = {"Content-Type": "application/json"}
    unannounced = await api.post(MANUAL, content=drops(), headers=json)
    assert unannounced.status_code == 413


async def test_the_pages_about_it_need_no_token_and_no_network(address: str) -> None:
    async with httpx.AsyncClient(base_url=address) as client:
        page = await client.get("/docs")
        document = (await client.get("/openapi.json")).json()
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "src=" not in page.text
    assert "POST /api/sync/manual" in page.text
    assert document["security"] == [{"token": []}]
    assert TOKEN not in page.text

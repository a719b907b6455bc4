"""The one door to the network, against real sockets: every way a call can end."""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p88console.domain.errors import (
    Ambiguous,
    Forbidden,
    Malformed,
    NotSent,
    P88Error,
    Portal,
    ProviderFault,
    Rejected,
    Throttled,
    Transient,
    Unauthorized,
    UsageFault,
)
from p88console.domain.model import Provider
from p88console.providers.addresses import check_base_url
from p88console.providers.base import CallLimits
from p88console.providers.http import (
    MAX_BODY,
    Answer,
    Door,
)
from p88console.providers.redaction import SHOWN_QUERY_KEYS, redacted
from tests.providers.wire import Line, Request, Say, say_json, unused_url

CANARY = "c4n4ry-s3cret"
PORTAL = b"<html><body>Welcome to Venue WiFi</body></html>"


@asynccontextmanager
async def door_to(url: str, limits: CallLimits | None = None) -> AsyncIterator[Door]:
    door = Door(
        Provider.RUNSIGNUP,
        url,
        limits or CallLimits(per_second=1000),
        params={"api_secret": CANARY, "format": "json"},
        headers={"X-RSU-API-SECRET": CANARY},
    )
    try:
        yield door
    finally:
        await door.close()


async def get(url: str) -> Answer:
    async with door_to(url) as door:
        return await door.get("/rest/races", {"page": "1"})


async def post(url: str) -> Answer:
    async with door_to(url) as door:
        return await door.post_json("/rest/races", [{"bib": "512"}])


async def fault_of(said: Say, *, writes: bool = False) -> ProviderFault:
    async with Line(said) as line:
        with pytest.raises(ProviderFault) as caught:
            await (post if writes else get)(line.url)
    return caught.value


@pytest.mark.parametrize("call", [get, post])
async def test_a_refused_connection_was_not_sent(call: Callable[[str], object]) -> None:
    with pytest.raises(NotSent, match="cannot be reached"):
        await call(unused_url())  # type: ignore[misc]


async def test_a_host_that_does_not_speak_tls_gets_no_credentials() -> None:
    async with Line(Say()) as line:
        with pytest.raises(NotSent):
            await get(line.url.replace("http://", "https://"))
        assert line.requests == []


async def test_a_write_that_is_torn_after_its_body_is_ambiguous() -> None:
    async with Line(Say(reset=True)) as line:
        with pytest.raises(Ambiguous, match="did not answer a write"):
            await post(line.url)
        assert json.loads(line.requests[0].body) == [{"bib": "512"}]


async def test_a_read_that_is_torn_is_transient() -> None:
    assert type(await fault_of(Say(reset=True))) is Transient


async def test_a_body_that_is_cut_short_is_never_half_an_answer() -> None:
    whole = Say(body=b'{"races": []}', cut=True)
    assert type(await fault_of(whole)) is Transient
    assert type(await fault_of(whole, writes=True)) is Ambiguous


async def test_retry_after_in_seconds_is_kept() -> None:
    fault = await fault_of(Say(429, headers={"Retry-After": "17"}))
    assert (type(fault), fault.retry_after_s) == (Throttled, 17.0)


async def test_retry_after_as_a_date_counts_from_the_providers_own_clock() -> None:
    headers = {
        "Date": "Sat, 17 Oct 2026 11:00:00 GMT",
        "Retry-After": "Sat, 17 Oct 2026 11:01:30 GMT",
    }
    assert (await fault_of(Say(429, headers=headers))).retry_after_s == 90.0


@pytest.mark.parametrize("value", ["soon", "", "-5", "1e999", "Sat, 99 Oct 2026"])
async def test_a_retry_after_that_says_nothing_is_no_wait(value: str) -> None:
    assert (await fault_of(Say(429, headers={"Retry-After": value}))).retry_after_s is None


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_fault_of_the_providers_own_is_transient_for_reads_only(status: int) -> None:
    assert type(await fault_of(Say(status))) is Transient
    assert type(await fault_of(Say(status), writes=True)) is Ambiguous


async def test_a_503_may_say_when_to_come_back() -> None:
    assert (await fault_of(Say(503, headers={"Retry-After": "30"}))).retry_after_s == 30.0


@pytest.mark.parametrize(("status", "kind"), [(401, Unauthorized), (403, Forbidden)])
async def test_credentials_that_are_not_accepted_are_said_so(
    status: int, kind: type[Unauthorized]
) -> None:
    assert type(await fault_of(Say(status))) is kind
    assert type(await fault_of(Say(status), writes=True)) is kind


@pytest.mark.parametrize("status", [400, 404, 409, 422])
async def test_a_no_is_a_no_with_its_status(status: int) -> None:
    fault = await fault_of(Say(status))
    assert (type(fault), fault.call.status) == (Rejected, status)


@pytest.mark.parametrize("body", [b"OK", b"{", b'{"a": 1} trailing', b"\xff\xfe{}", b"[" * 100_000])
async def test_what_is_no_json_is_malformed(body: bytes) -> None:
    assert type(await fault_of(Say(body=body))) is Malformed


@pytest.mark.parametrize("writes", [False, True])
async def test_a_page_is_somebody_elses_answer_whatever_it_calls_itself(*, writes: bool) -> None:
    assert type(await fault_of(Say(body=PORTAL), writes=writes)) is Portal


async def test_plain_words_are_a_providers_only_to_a_write() -> None:
    plain = Say(body=b"OK", headers={"Content-Type": "text/plain"})
    assert type(await fault_of(plain)) is Portal
    async with Line(plain) as line:
        assert (await post(line.url)).body is None


async def test_an_empty_answer_has_no_body_and_is_no_fault() -> None:
    async with Line(Say(204, b"")) as line:
        assert (await post(line.url)).body is None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed_and_takes_no_credentials_along(status: int) -> None:
    async with Line(Say()) as thief:
        where = {"Location": f"{thief.url}/login?next={CANARY}"}
        async with Line(Say(status, headers=where)) as line:
            with pytest.raises(Portal, match="somebody else") as caught:
                await get(line.url)
        assert thief.requests == []
    assert CANARY not in told(caught.value)


async def test_the_providers_clock_comes_with_the_answer() -> None:
    async with Line(Say(headers={"Date": "Sat, 17 Oct 2026 11:00:00 GMT"})) as line:
        assert (await get(line.url)).server_time == datetime(2026, 10, 17, 11, tzinfo=UTC)


@pytest.mark.parametrize("headers", [{}, {"Date": "yesterday"}])
async def test_a_provider_without_a_clock_is_fine(headers: dict[str, str]) -> None:
    async with Line(Say(headers=headers)) as line:
        assert (await get(line.url)).server_time is None


async def test_gzip_that_nobody_asked_for_is_read() -> None:
    body = gzip.compress(b'{"name": "Zo\xc3\xab"}')
    for headers in ({}, {"Content-Encoding": "gzip"}):
        async with Line(Say(body=body, headers=headers)) as line:
            assert (await get(line.url)).body == {"name": "Zoë"}
            assert line.requests[0].headers["accept-encoding"] == "identity"


async def test_a_gzip_bomb_is_refused_before_it_fills_the_memory() -> None:
    packer = zlib.compressobj(9, wbits=31)
    megabyte = b" " * (1 << 20)
    packed = [packer.compress(megabyte) for _ in range(MAX_BODY // len(megabyte) + 1)]
    bomb = b"".join([*packed, packer.flush()])
    assert len(bomb) < 1 << 20
    fault = await fault_of(Say(body=bomb))
    assert (type(fault), fault.title) == (Malformed, "RunSignUp sent more than fits")


async def test_a_gzip_that_was_cut_is_malformed() -> None:
    packed = gzip.compress(json.dumps(list(range(5000))).encode())
    assert type(await fault_of(Say(body=packed[:-20]))) is Malformed


async def test_what_only_looks_like_gzip_is_malformed() -> None:
    assert type(await fault_of(Say(body=b"\x1f\x8b" + b"not gzip at all"))) is Malformed


async def test_a_big_answer_is_read_whole() -> None:
    rows = [{"registration_id": number, "name": "x" * 50} for number in range(5000)]
    async with Line(say_json(rows)) as line:
        assert (await get(line.url)).body == rows


async def test_a_form_is_sent_as_fields_with_its_query() -> None:
    async with Line(Say()) as line:
        async with door_to(line.url) as door:
            await door.post_form("/x", {"request": '{"a":1}'}, {"event_id": "5"})
        (request,) = line.requests
    assert request.body == b"request=%7B%22a%22%3A1%7D"
    assert request.query == {"event_id": "5", "api_secret": CANARY, "format": "json"}


@pytest.mark.parametrize("limit", [1, 2, 5])
async def test_never_more_calls_at_a_time_than_allowed(limit: int) -> None:
    inside, most = 0, 0

    async def slow(_: Request) -> Say:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(0.02)  # the provider takes its time
        inside -= 1
        return Say()

    async with Line(slow) as line, door_to(line.url, CallLimits(limit, 1000)) as door:
        await asyncio.gather(*(door.get("/") for _ in range(12)))
    assert most == limit


async def test_calls_come_no_faster_than_the_budget() -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with Line(Say()) as line, door_to(line.url, CallLimits(8, 20)) as door:
        await asyncio.gather(*(door.get("/") for _ in range(30)))
    assert loop.time() - began >= 10 / 20  # 20 at once, 10 more at 20 a second


WEATHER = {
    "torn": Say(reset=True),
    "cut": Say(cut=True),
    "throttled": Say(429),
    "broken": Say(500, b"oops"),
    "refused": Say(401),
    "rejected": Say(404),
    "portal": Say(body=PORTAL),
    "redirect": Say(302, headers={"Location": "https://venue.example/?from=here"}),
}


@pytest.mark.parametrize("said", WEATHER.values(), ids=list(WEATHER))
@pytest.mark.parametrize("writes", [False, True])
async def test_no_secret_is_in_any_fault(said: Say, *, writes: bool) -> None:
    """D33."""
    fault = await fault_of(said, writes=writes)
    assert CANARY not in told(fault)
    assert "api_secret=…" in told(fault)


async def test_no_secret_is_in_the_fault_of_an_unreachable_host() -> None:
    with pytest.raises(NotSent) as caught:
        await get(unused_url())
    assert CANARY not in told(caught.value)


@pytest.mark.parametrize("status", [200, 404, 502])
async def test_a_page_that_repeats_our_url_does_not_leak_the_secret(status: int) -> None:
    """Gateways and portals like to print the address that was asked for."""

    def echo(request: Request) -> Say:
        return Say(status, f"<p>Cannot GET {request.target}</p>".encode())

    async with Line(echo) as line:
        with pytest.raises(ProviderFault) as caught:
            await get(line.url)
    assert CANARY not in told(caught.value)


def told(fault: P88Error) -> str:
    """Everything that a fault says, anywhere."""
    call = fault.call if isinstance(fault, ProviderFault) else ""
    return f"{fault!s} {fault!r} {fault.as_dict()} {call!s} {call!r}"


@given(key=st.text(min_size=1), host=st.sampled_from(["api.runsignup.com", "127.0.0.1:8800"]))
def test_only_harmless_query_values_are_shown(key: str, host: str) -> None:
    shown = redacted(f"https://{host}/rest/races?{key}={CANARY}")
    name = key.partition("#")[0]
    assert CANARY not in shown or name in SHOWN_QUERY_KEYS or "&" in key or ";" in key


def test_a_redacted_url_has_no_user_no_password_and_no_fragment() -> None:
    shown = redacted(f"https://me:{CANARY}@api.runsignup.com:8443/x?page=2&api_key=k#{CANARY}")
    assert shown == "https://api.runsignup.com:8443/x?page=2&api_key=…"


@pytest.mark.parametrize("key", ["api_key", "api_secret", "tmp_key", "access_token", "rsu_api_key"])
def test_no_credential_is_on_the_list_of_what_is_shown(key: str) -> None:
    assert key not in SHOWN_QUERY_KEYS


@pytest.mark.parametrize(
    "url", ["http://api.runsignup.com", "http://192.168.1.20:8800", "http://localhost.evil.example"]
)
def test_plain_http_off_this_machine_is_refused(url: str) -> None:
    with pytest.raises(UsageFault, match="plain http"):
        check_base_url(url)


@pytest.mark.parametrize("url", ["", "runsignup.com", "ftp://x", "file:///etc/passwd", "https://"])
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(UsageFault, match="no web address"):
        check_base_url(url)


@pytest.mark.parametrize(
    "url",
    ["https://api.runsignup.com", "http://127.0.0.1:1", "http://localhost", "http://[::1]:8800"],
)
def test_https_and_loopback_are_fine(url: str) -> None:
    check_base_url(url)


@pytest.mark.parametrize(
    ("name", "read"),
    [
        (rb"Zo\ud83d", "Zo\ufffd"),
        (rb"\uDE00 Ada", "\ufffd Ada"),
        (b"Zo\xed\xa0\xbd", "Zo\ufffd"),
        (rb"\ud83d\ude00", "😀"),
        (b"\xed\x95\x9c", "한"),
        (rb"\\ud83d", r"\ud83d"),
    ],
)
async def test_half_an_emoji_becomes_text_that_can_be_kept(name: bytes, read: str) -> None:
    body = b'{"people": [{"' + name + b'": "' + name + b'", "bib": 7}]}'
    async with Line(Say(body=body)) as line:
        answer = await get(line.url)
    assert answer.body == {"people": [{read: read, "bib": 7}]}

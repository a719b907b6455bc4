"""The one door to the network: timeouts, limits, fault classes, redacted URLs.

No retry happens here: what a fault means for its job is decided in one place of the engine.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import zlib
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx
from aiolimiter import AsyncLimiter

from p88console import __version__
from p88console.domain.errors import (
    Ambiguous,
    Call,
    Forbidden,
    Malformed,
    NotSent,
    Portal,
    ProviderFault,
    Rejected,
    Throttled,
    Transient,
    Unauthorized,
    VerbRefused,
)
from p88console.domain.model import Provider
from p88console.domain.network import Probe, Reach
from p88console.providers.addresses import check_base_url
from p88console.providers.base import Budget, CallLimits
from p88console.providers.bodies import parsed
from p88console.providers.reaching import is_name, unmet
from p88console.providers.redaction import form_secrets, redacted, secrets_of, summary
from p88console.providers.signing import Signature, Signer, signed
from p88console.providers.stamps import retry_after, server_time

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]

TIMEOUT = httpx.Timeout(connect=10.0, read=30.0, write=30.0, pool=60.0)
"""Machine seconds for each phase of a call."""

ASKING = httpx.Timeout(5.0)
"""Machine seconds for a question without credentials."""

MAX_BODY = 128 * 1024 * 1024
"""Bytes; a larger answer is refused before it fills the memory."""

BIG_BODY = 64 * 1024
"""Bytes above which JSON is parsed in a thread, so that the screen never waits for it."""

for _library in ("httpx", "httpcore"):
    # these log whole URLs, and RunSignUp's first key kind rides in the query string
    logging.getLogger(_library).setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Answer:
    """A usable answer: its JSON body (None when empty) and the provider's clock."""

    call: Call
    body: Any
    server_time: datetime | None
    retry_after_s: float | None = None
    """Seconds to wait, where the provider says so."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """By lower-case name; some providers tell totals here."""


class Door:
    """Calls to one host for one account."""

    def __init__(
        self,
        provider: Provider,
        base_url: str,
        limits: CallLimits,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        signer: Signer | None = None,
        budget: Budget | None = None,
        fault_inside: Callable[[Answer], ProviderFault | None] | None = None,
    ) -> None:
        """Make ready for calls.

        Args:
            provider: Whose host it is.
            base_url: Scheme, host and port.
            limits: What the host allows this account.
            headers: Sent with every call.
            params: Sent in the query of every call.
            signer: Signs every call; without it the calls are open or signed by `params`.
            budget: Asked before every call.
            fault_inside: Finds the fault that an answer with a good status carries.
        """
        check_base_url(base_url)
        self.provider = provider
        self._params, self._limits = dict(params or {}), limits
        self._signer, self._budget, self._fault_inside = signer, budget, fault_inside
        self._concurrent = asyncio.Semaphore(limits.concurrent)
        burst = max(1.0, limits.per_second)
        self._rate = AsyncLimiter(burst, burst / limits.per_second)
        self._client = httpx.AsyncClient(
            base_url=base_url.rstrip("/"),
            timeout=TIMEOUT,
            verify=_tls(),
            headers={
                "Accept": "application/json",
                "Accept-Encoding": "identity",  # so that no compressed answer can be a bomb
                "User-Agent": f"p88console/{__version__}",
                **(headers or {}),
            },
        )

    async def get(self, path: str, params: Mapping[str, str] | None = None) -> Answer:
        """Read. Raises a `ProviderFault`."""
        return await self._call("GET", path, params=params)

    async def post_json(self, path: str, body: Any) -> Answer:
        """Write a JSON body. Raises a `ProviderFault`."""
        return await self._call("POST", path, json_body=body)

    async def send_json(self, method: Method, path: str, body: Any) -> Answer:
        """Write a JSON body by another verb. Raises a `ProviderFault`."""
        return await self._call(method, path, json_body=body)

    async def post_form(
        self, path: str, form: Mapping[str, str], params: Mapping[str, str] | None = None
    ) -> Answer:
        """Write a form. Raises a `ProviderFault`."""
        return await self._call("POST", path, params=params, form=form)

    async def ask_by_form(
        self, path: str, form: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Ask by a form that changes nothing there, such as for a token; the signer is left out."""
        return await self._once("POST", path, Signature(), form=form, headers=headers, writes=False)

    async def close(self) -> None:
        """Let go of connections."""
        await self._client.aclose()

    async def _call(self, method: Method, path: str, **parts: Any) -> Answer:
        """Make one call; one whose signature lapsed is made again under another."""
        signer = self._signer
        if signer is None:
            return await self._once(method, path, Signature(), **parts)

        async def call(signature: Signature) -> Answer:
            answer = await self._once(method, path, signature, **parts)
            signer.heard(signature, answer.server_time)
            return answer

        return await signed(signer, call)

    async def _once(
        self,
        method: Method,
        path: str,
        signature: Signature,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        json_body: Any = None,
        form: Mapping[str, str] | None = None,
        writes: bool | None = None,
    ) -> Answer:
        request = self._client.build_request(
            method,
            path,
            params={**(params or {}), **self._params, **signature.params},
            headers={**(headers or {}), **signature.headers},
            json=json_body,
            data=form,
        )
        writes = method != "GET" if writes is None else writes
        call = Call(self.provider, method, redacted(str(request.url)), writes=writes)
        if self._budget is None:
            return await self._exchange(request, call)
        fault, theirs = None, None
        await self._budget.take(call, self._limits)
        try:
            answer = await self._exchange(request, call)
            theirs = answer.server_time
        except ProviderFault as met:
            fault = met
            raise
        else:
            return answer
        finally:
            self._budget.give_back(fault, theirs)

    async def _exchange(self, request: httpx.Request, call: Call) -> Answer:
        # a budget keeps the pace for all processes, by the race's clock
        async with self._concurrent, self._rate if self._budget is None else nullcontext():
            try:
                response = await self._client.send(request, stream=True)
                try:
                    body = await _read(response, call)
                finally:
                    await response.aclose()
            except httpx.HTTPError as fault:
                raise _broken_off(fault, call) from None
        answer = await _usable(response, body, call)
        inside = self._fault_inside(answer) if self._fault_inside else None
        if inside is not None:
            raise inside
        return answer


async def _read(response: httpx.Response, call: Call) -> bytes:
    chunks, size = [], 0
    async for chunk in response.aiter_raw():
        size += len(chunk)
        if size > MAX_BODY:
            raise Malformed(call, f"{call.provider.title} sent more than fits", f"{call}")
        chunks.append(chunk)
    body = b"".join(chunks)
    if body[:2] != b"\x1f\x8b":
        return body
    # Copernico compresses some answers without being asked to
    unpacker = zlib.decompressobj(wbits=31)
    try:
        unpacked = unpacker.decompress(body, MAX_BODY)
    except zlib.error:
        raise not_theirs(call, "compressed text that cannot be read") from None
    if unpacker.unconsumed_tail:
        raise Malformed(call, f"{call.provider.title} sent more than fits", f"{call}")
    return unpacked


def _broken_off(fault: httpx.HTTPError, call: Call) -> ProviderFault:
    """Sort a transport fault by whether the request can have reached the provider."""
    title, why = call.provider.title, type(fault).__name__
    if isinstance(fault, httpx.ConnectError) and unmet(fault, connecting=True) is Reach.FOREIGN:
        return NotSent(
            call,
            f"who answers as {title} has no certificate that can be trusted",
            f"{why}: {call}",
            "nothing was told to it; sign in to the venue's network, look at this machine's clock",
        )
    if isinstance(fault, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        return NotSent(
            call,
            f"{title} cannot be reached",
            f"{why}: {call}",
            "the work waits and goes on by itself when the network is back",
        )
    if call.writes:
        return Ambiguous(
            call,
            f"{title} did not answer a write",
            f"{why}: {call}",
            "what arrived is read back before anything is sent again",
        )
    return Transient(call, f"{title} broke off", f"{why}: {call}", "it is tried again by itself")


async def _usable(response: httpx.Response, raw: bytes, call: Call) -> Answer:
    call = replace(call, status=response.status_code)
    fault = _refused(response, raw, call)
    if fault is not None:
        raise fault
    body: Any = None
    if raw.strip():
        try:
            body = await asyncio.to_thread(parsed, raw) if len(raw) > BIG_BODY else parsed(raw)
        except (ValueError, RecursionError):
            if _is_page(response, raw, call):
                raise portal(call, _summary(response, raw)) from None
            # a write may be answered in plain words; what it did is learned by reading back
            if not call.writes:
                raise not_theirs(call, _summary(response, raw)) from None
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(call, body, server_time(response.headers), retry_after(response.headers), headers)


def _refused(response: httpx.Response, raw: bytes, call: Call) -> ProviderFault | None:
    title, status = call.provider.title, response.status_code
    detail = f"{call}: {_summary(response, raw)}"
    if status == 429:
        return Throttled(
            call,
            f"{title} asks for fewer calls",
            detail,
            "it is tried again by itself",
            retry_after_s=retry_after(response.headers),
        )
    if status in (401, 403):
        refused = Forbidden if status == 403 else Unauthorized
        return refused(
            call,
            f"{title} does not accept this account's credentials",
            detail,
            "check them at the provider, store them again, then resume the account",
        )
    if status >= 500 and status != 501:
        broken = Ambiguous if call.writes else Transient
        return broken(
            call,
            f"{title} has a fault of its own",
            detail,
            "it is tried again by itself",
            retry_after_s=retry_after(response.headers),
        )
    if status >= 400:
        unknown = status in (405, 501)
        kind = VerbRefused if unknown else Rejected
        return kind(call, f"{title} has no such call" if unknown else f"{title} says no", detail)
    to = redacted(response.headers.get("location", ""))
    return portal(call, f"a redirect to {to}") if status >= 300 else None


def not_theirs(call: Call, detail: str) -> Malformed:
    """The fault for an answer in a shape that this provider never gave before."""
    return Malformed(
        call,
        f"the answer is not {call.provider.title}'s",
        f"{call}: {detail}",
        "nothing was changed by it; it is tried again by itself",
    )


def portal(call: Call, detail: str) -> Portal:
    """The fault for an answer that somebody else gave in the provider's place."""
    return Portal(
        call,
        f"somebody else answers for {call.provider.title}",
        f"{call}: {detail}",
        "a sign-in page of the venue's network? open a browser; the work waits",
    )


@cache
def _tls() -> ssl.SSLContext:
    """The certificates that are trusted; loading them takes 60 ms."""
    return httpx.create_ssl_context()


def _is_page(response: httpx.Response, raw: bytes, call: Call) -> bool:
    """Whether text that is no JSON is a page for people, and not the provider's own words."""
    kind = response.headers.get("content-type", "")
    return "html" in kind or raw.lstrip()[:1] == b"<" or not (call.writes or "json" in kind)


def _summary(response: httpx.Response, raw: bytes) -> str:
    kind = response.headers.get("content-type", "no content type").split(";")[0]
    sent = response.request
    hidden = secrets_of(sent.url.params.multi_items(), sent.headers.items())
    hidden |= form_secrets(sent.headers.get("content-type", ""), sent.content)
    return summary(kind, raw, hidden)


async def ask_bare(url: str) -> Probe:
    """Ask once without credentials who answers at an address.

    Over TLS the certificate has proved the host; over plain http a page is somebody else's.
    """
    named = is_name(urlsplit(url).hostname or "")
    try:
        async with httpx.AsyncClient(timeout=ASKING, verify=_tls()) as client:
            response = await client.get(url, headers={"Accept": "application/json"})
    except httpx.HTTPError as fault:
        connecting = isinstance(fault, httpx.ConnectError | httpx.ConnectTimeout)
        return Probe(unmet(fault, connecting=connecting), named)
    if response.status_code >= 500:
        return Probe(Reach.BROKEN, named)
    page = _is_page(response, response.content, Call(Provider.RUNSIGNUP))
    foreign = response.url.scheme == "http" and (response.is_redirect or page)
    return Probe(Reach.FOREIGN if foreign else Reach.THEIRS, named)

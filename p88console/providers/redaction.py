"""What of a call may be shown: an allow-list, everything else is hidden."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable
from urllib.parse import parse_qsl, quote, quote_plus, urlsplit

SHOWN_QUERY_KEYS = frozenset(
    {
        "after_registration_id",
        "bracket",
        "columns",
        "end_date",
        "eventDateFrom",
        "eventDateTo",
        "eventId",
        "event_id",
        "events",
        "fields",
        "format",
        "group",
        "include_not_wants_results",
        "include_test_entries",
        "individual_result_set_id",
        "interval",
        "lastModifiedDate",
        "limit",
        "modified_after_timestamp",
        "offset",
        "only_partner_races",
        "order",
        "page",
        "perPage",
        "per_page",
        "request_format",
        "resultsRaceId",
        "results_per_page",
        "show_inactive",
        "size",
        "sort",
        "sort_column",
        "sort_direction",
        "start",
        "start_date",
        "supports_nb",
    }
)
"""The only query keys whose values are ever logged or shown."""

SHOWN_HEADERS = frozenset(
    {
        "accept",
        "accept-encoding",
        "connection",
        "content-length",
        "content-type",
        "host",
        "user-agent",
    }
)
"""Request headers that hold no secret."""

SHORTEST_SECRET = 6
"""Letters; no provider gives out a shorter secret."""


def redacted(url: str) -> str:
    """The URL with every query value hidden that is not known to be harmless."""
    parts = urlsplit(url)
    shown = [
        f"{key}={value}" if key in SHOWN_QUERY_KEYS else f"{key}=…"
        for key, value in parse_qsl(parts.query, keep_blank_values=True)
    ]
    query = f"?{'&'.join(shown)}" if shown else ""
    host = f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname
    return f"{parts.scheme}://{host}{parts.path}{query}"


def secrets_of(params: Iterable[tuple[str, str]], headers: Iterable[tuple[str, str]]) -> set[str]:
    """Every value of a call that is not known to be harmless, as it was sent and decoded."""
    hidden = {value for key, value in params if key not in SHOWN_QUERY_KEYS}
    signed = [value for key, value in headers if key not in SHOWN_HEADERS]
    hidden |= {part for value in signed for part in (value, *_signature_parts(value))}
    return {text for value in hidden for text in (value, quote(value), quote_plus(value)) if text}


def form_secrets(kind: str, body: bytes) -> set[str]:
    """The longer values of a form, by its content type; its short ones are words such as `T`."""
    if "form-urlencoded" not in kind:
        return set()
    fields = parse_qsl(body.decode("utf-8", "replace"))
    return secrets_of([(key, value) for key, value in fields if len(value) >= SHORTEST_SECRET], ())


def summary(kind: str, raw: bytes, secrets: Iterable[str]) -> str:
    """What came, and what a JSON answer says; pages are not quoted, they may echo the call."""
    told = f"{kind}, {len(raw)} bytes"
    if kind != "application/json":
        return told
    text = " ".join(raw[:2000].decode("utf-8", "replace").split())
    for secret in secrets:
        text = text.replace(secret, "…")
    return f"{told}: {text[:120]}"


def _signature_parts(value: str) -> list[str]:
    """What an `Authorization` is made of: the token, or the name and password of a Basic one."""
    kind, _, rest = value.partition(" ")
    if kind.casefold() != "basic":
        return [rest]
    try:
        name, _, password = b64decode(rest, validate=True).decode().partition(":")
    except ValueError:
        return [rest]
    return [rest, name, password]

"""Copernico's hosts, paths and envelope, each assumption marked in `FORMS`."""

from __future__ import annotations

from typing import Any

from p88console.domain.errors import Rejected, UsageFault
from p88console.providers.base import AccountAccess, CallLimits
from p88console.providers.checking import refuse_unknown, want
from p88console.providers.http import Answer, not_theirs
from p88console.providers.reading import whole
from p88console.providers.wire import Form, Mark, Wire

BASE_URL = "https://public-api.copernico.cloud"
REGISTRATIONS_BASE_URL = "https://api.copernico.cloud"

LIMITS = CallLimits(concurrent=10, per_second=50.0)

FORMS = {
    "races": Form("/api/races", Mark.ONE_SOURCE),
    "race": Form("/api/races/{race}"),
    "athletes": Form("/api/races/{race}/athletes", Mark.ONE_SOURCE),
    "athlete": Form("/api/races/{race}/athlete/{athlete}/full"),
    "preset": Form("/api/races/{race}/preset/{login}:::{preset}/{event}"),
    "leaders": Form("/api/races/{race}/leaders/{event}/all"),
    "leaders_limit": Form("200"),
    "registrations": Form("/race-registrations/{race}"),
    "race_slug": Form("id", Mark.ONE_SOURCE),
    "race_timezone": Form("timezone", Mark.ASSUMED),
}
"""`race_slug` is the key of the slug where the races are listed as objects."""

OPTIONS = frozenset({"registrations_base_url", "preset_login", "preset_name", "race_uuid"})
SUCCESS_CODES = (0, 1)


def check(access: AccountAccess) -> None:
    """Say what is missing or unknown. Raises `UsageFault`."""
    refuse_unknown(access, ("api_key",), OPTIONS)
    want(access, ("api_key",))
    if not access.secrets["api_key"].isascii():
        raise UsageFault("a Copernico key holds letters and digits only", "paste it again")
    Wire(FORMS, access.wire)


def data_of(answer: Answer) -> Any:
    """What the envelope carries. Raises `Rejected` on any code but 0 and 1."""
    body = answer.body
    result = body.get("result") if isinstance(body, dict) else None
    if not isinstance(result, dict) or "code" not in result:
        raise not_theirs(answer.call, "no result code in the answer")
    if whole(result["code"]) not in SUCCESS_CODES:
        said = result.get("message") or f"code {result['code']}"
        raise Rejected(answer.call, f"Copernico says: {said}", f"{answer.call}: {said}")
    return body.get("data")

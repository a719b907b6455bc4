"""RunSignUp's errors, which come inside HTTP 200.

Confirmed: the body with `error_code` and `error_msg`, `error_details` aligned with the rows of a
write, code 12 with the last id in prose, code 14 for too many calls.
"""

from __future__ import annotations

from typing import Any, Final

from p88console.domain.errors import (
    Forbidden,
    ProviderFault,
    Rejected,
    RowsRefused,
    StaleWrite,
    Throttled,
    Transient,
    Unauthorized,
)
from p88console.providers.http import Answer
from p88console.providers.reading import whole

TRANSIENT_CODES = frozenset({4, 5})
CREDENTIAL_CODES = frozenset({6, 7})
THROTTLE_CODE = 14
ORDER_CODE = 12
PERMISSION_CODE = 7
CALL_CODES: Final = frozenset({"1", "2", "3", "8", "10", "201", "301"})
"""Codes about the call itself, whatever rows it carries or asks for."""


def fault_inside(answer: Answer) -> ProviderFault | None:
    """The error that a 200 carries, if it does."""
    body = answer.body if isinstance(answer.body, dict) else {}
    error, rows = body.get("error"), _refused_rows(body.get("error_details"))
    if not error and not rows:
        return None
    code = whole(error.get("error_code")) if isinstance(error, dict) else None
    said = str((error.get("error_msg") if isinstance(error, dict) else error) or "rows refused")
    call = answer.call
    detail = f"{call}: {said} (code {code})"
    if code == THROTTLE_CODE:
        return Throttled(
            call,
            "RunSignUp asks for fewer calls",
            detail,
            "it is tried again by itself",
            retry_after_s=answer.retry_after_s,
            provider_code=str(code),
        )
    if code in CREDENTIAL_CODES:
        kind = Forbidden if code == PERMISSION_CODE else Unauthorized
        return kind(
            call,
            f"RunSignUp says: {said}",
            detail,
            "check the key and its rights at RunSignUp, then resume the account",
            provider_code=str(code),
        )
    if code == ORDER_CODE:
        told = _prose(body.get("error_details"))
        return StaleWrite(
            call,
            "RunSignUp holds something newer",
            f"{detail} {told}".strip(),
            "what it holds is read before anything is sent again",
            provider_code=str(code),
        )
    title = f"RunSignUp says: {said}"
    if rows:
        return RowsRefused(call, title, detail, rows=rows, provider_code=str(code))
    refusal = Transient if code in TRANSIENT_CODES else Rejected
    return refusal(call, title, detail, provider_code=str(code))


def _prose(details: Any) -> str:
    return str(details.get("error_msg") or "") if isinstance(details, dict) else ""


def _refused_rows(details: Any) -> dict[int, str]:
    """Why rows were refused, by their place in the batch."""
    if not isinstance(details, list):
        return {}
    reasons = {place: _reason(detail) for place, detail in enumerate(details)}
    return {place: reason for place, reason in reasons.items() if reason}


def _reason(detail: Any) -> str:
    """Why one row was refused; empty where nothing is said against it."""
    if not isinstance(detail, dict):
        return str(detail or "")
    code = whole(detail.get("error_code"))
    said = detail.get("detailed_desc") or detail.get("error_msg")
    return f"{said or 'refused'} (code {code})" if code or said else ""

"""Faults speak to the operator, in words and as the contract prints them."""

from __future__ import annotations

from p88console.domain.errors import (
    Ambiguous,
    Call,
    NotOffered,
    NotSent,
    P88Error,
    Rejected,
    RowFault,
    StoreFault,
    Throttled,
    Transient,
    Unauthorized,
    UsageFault,
)
from p88console.domain.model import Provider

CALL = Call(Provider.COPERNICO, "GET", "https://api.copernico.cloud/api/races", 503)


def test_a_fault_prints_as_code_title_detail_hint() -> None:
    fault = Unauthorized(CALL, "not accepted", "403", "check the key")
    assert fault.as_dict() == {
        "code": "unauthorized",
        "title": "not accepted",
        "detail": "403",
        "hint": "check the key",
    }


def test_codes_are_not_shared() -> None:
    kinds: tuple[type[P88Error], ...] = (
        NotSent,
        Transient,
        Throttled,
        Ambiguous,
        Unauthorized,
        Rejected,
        UsageFault,
        StoreFault,
        NotOffered,
        RowFault,
    )
    assert len({kind.code for kind in kinds}) == len(kinds)


def test_a_missing_capability_is_named_with_its_provider() -> None:
    assert str(NotOffered(Provider.HAKU, "reading results")) == (
        "reading results is not offered by Haku"
    )


def test_a_row_fault_names_the_field() -> None:
    fault = RowFault("dob", "'soon' is no date")
    assert (fault.field, str(fault)) == ("dob", "row not understood: dob: 'soon' is no date")


def test_a_call_reads_as_method_url_and_status() -> None:
    assert str(CALL) == "GET https://api.copernico.cloud/api/races → 503"
    assert str(Call(Provider.COPERNICO)) == ""

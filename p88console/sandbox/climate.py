"""What weather there is: faults by name, and how likely each is in fair, rough, stormy weather."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from p88console.sandbox.wire import json_text


class Fault(StrEnum):
    """One thing that can go wrong with one call."""

    CUT_BEFORE = "cut_before"
    """The connection is reset before the provider did anything."""
    CUT_AFTER = "cut_after"
    """The provider did it, then the connection is reset."""
    THROTTLED = "throttled"
    """The provider asks for fewer calls and says for how long to wait."""
    THROTTLED_BARE = "throttled_bare"
    """The provider asks for fewer calls in its own words and names no time."""
    BROKEN = "broken"
    """A gateway answers 502 in the provider's place."""
    BROKEN_AFTER = "broken_after"
    """The provider did it, then a gateway answers 504."""
    PORTAL = "portal"
    """A sign-in page of the venue's network answers 200."""
    HALF_PAGE = "half_page"
    """The answer breaks off in the middle of its body."""
    EXPIRED = "expired"
    """Every token that was issued so far lapses; nothing happens where there are none."""
    SLOW = "slow"
    """The answer takes long."""
    IGNORED = "ignored"
    """A field of a written row is dropped without a word."""


class Climate(StrEnum):
    """Weather by name."""

    FAIR = "fair"
    ROUGH = "rough"
    STORM = "storm"


STORM: Mapping[Fault, float] = {
    Fault.CUT_BEFORE: 0.03,
    Fault.CUT_AFTER: 0.04,
    Fault.THROTTLED: 0.02,
    Fault.THROTTLED_BARE: 0.02,
    Fault.BROKEN: 0.03,
    Fault.BROKEN_AFTER: 0.03,
    Fault.HALF_PAGE: 0.04,
    Fault.EXPIRED: 0.02,
    Fault.SLOW: 0.04,
    Fault.IGNORED: 0.04,
}
"""How likely each fault is for one call; portal pages come in spells of their own."""

CHANCES: Mapping[Climate, Mapping[Fault, float]] = {
    Climate.FAIR: {},
    Climate.ROUGH: {fault: chance / 4 for fault, chance in STORM.items()},
    Climate.STORM: STORM,
}

SPELLS: Mapping[Climate, float] = {Climate.FAIR: 0.0, Climate.ROUGH: 0.15, Climate.STORM: 0.5}
"""How likely a quarter of an hour of race time has a spell of portal pages."""

PORTAL_PAGE = (
    b"<!DOCTYPE html><html><head><title>Venue WiFi</title></head>"
    b"<body><form action='/login'>Please accept the terms to go online.</form></body></html>"
)

GATEWAY_PAGE = b"<html><body><h1>Bad Gateway</h1></body></html>"

THROTTLED_BODY = json_text({"message": "Too Many Requests"}).encode()

"""A provider's wire table: what settings may put in place of what is assumed."""

from __future__ import annotations

import pytest

from p88console.domain.errors import UsageFault
from p88console.providers.wire import Form, Mark, Wire, assumed

FORMS = {
    "event": Form("/events/{event}"),
    "people": Form("/events/{event}/people", Mark.ASSUMED),
}


def test_what_is_set_stands_in_place_of_what_is_declared() -> None:
    wire = Wire(FORMS, {"people": "/v2/{event}/persons"})
    assert wire.path("people", event="Zoë/1") == "/v2/Zo%C3%AB%2F1/persons"
    assert wire.path("event", event="7") == "/events/7"


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    with pytest.raises(UsageFault, match="people"):
        Wire(FORMS, {"peple": "/x"})


@pytest.mark.parametrize("path", ["/{evnt}", "/{", "/{0}"])
def test_a_path_that_cannot_be_filled_in_is_told(path: str) -> None:
    with pytest.raises(UsageFault, match="cannot be filled in"):
        Wire(FORMS, {"people": path}).path("people", event="7")


def test_what_is_only_assumed_can_be_listed() -> None:
    assert assumed(FORMS) == ["people"]

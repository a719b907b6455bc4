"""Bibs given back to RunSignUp: as many as can be written are, each of the rest has a reason."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

import pytest

from p88console.domain.errors import Ambiguous, Forbidden, Rejected
from p88console.domain.model import Provider
from p88console.providers.base import GivenBib, PageRequest, TakesBibs
from tests.providers.practice import Practice, rows_of, runsignup_at
from tests.providers.test_runsignup_pages import SCOPE, told
from tests.providers.wire import Request, Say, say_json

TAKEN = say_json({"participants": []})


def given(number: int, bib: str | None, race: str = "501", chip: str | None = None) -> GivenBib:
    return GivenBib(str(number), race, bib, chip)


def sent(request: Request) -> dict[str, Any]:
    """The form, its JSON read."""
    form: dict[str, Any] = dict(parse_qsl(request.body.decode()))
    return form | {"request": json.loads(form["request"])}


def rows_in(request: Request) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = sent(request)["request"]["participants"]
    return rows


async def test_a_bib_is_written_by_the_documented_form() -> None:
    async with told(TAKEN) as (adapter, line):
        assert isinstance(adapter, TakesBibs)
        bibs = [given(700001, "501"), given(700002, None), given(700003, "7", chip="C7")]
        assert await adapter.write_bibs(SCOPE, bibs) == {}
    (request,) = line.requests
    assert (request.method, request.path) == ("POST", "/rest/race/77/participants")
    assert sent(request) == {
        "event_id": "501",
        "restrict_potential_dup": "F",
        "request_format": "json",
        "request": {
            "participants": [
                {"registration_id": 700001, "bib_num": 501},
                {"registration_id": 700002, "bib_num": None},
                {"registration_id": 700003, "bib_num": 7, "chip_num": "C7"},
            ]
        },
    }


async def test_what_is_written_is_there_when_it_is_read(practice: Practice) -> None:
    async with runsignup_at(practice.access(Provider.RUNSIGNUP)) as adapter:
        rows = await rows_of(adapter.participants(practice.scope, PageRequest()))
        bibs = {str(row["registration_id"]): str(9000 + place) for place, row in enumerate(rows)}
        wanted = [
            GivenBib(str(row["registration_id"]), str(row["event_id"]), bibs[its_id])
            for its_id, row in zip(bibs, rows, strict=True)
        ]
        assert await adapter.write_bibs(practice.scope, wanted) == {}
        again = await rows_of(adapter.participants(practice.scope, PageRequest()))
        read = {one.provider_id: one.bib for one in map(adapter.participant, again)}
    assert read == bibs


@pytest.mark.parametrize(
    ("bib", "reason"),
    [
        ("A12", "'A12' is none"),
        ("0007", "would make 7"),
        ("-1", "'-1' is none"),
        ("1.5", "is none"),
        ("", "is none"),
    ],
)
async def test_a_bib_that_could_not_stand_there_is_refused_before_anything_is_sent(
    bib: str, reason: str
) -> None:
    async with told(TAKEN) as (adapter, line):
        refused = await adapter.write_bibs(SCOPE, [given(1, bib)])
        assert line.requests == []
        assert list(refused) == ["1"]
        assert reason in refused["1"]
        assert set(await adapter.write_bibs(SCOPE, [given(1, bib), given(2, "8")])) == {"1"}
        assert rows_in(line.requests[0]) == [{"registration_id": 2, "bib_num": 8}]


async def test_each_distance_has_batches_of_its_own_of_a_hundred() -> None:
    bibs = [given(number, str(number), "501" if number <= 250 else "502") for number in range(300)]
    async with told(TAKEN) as (adapter, line):
        await adapter.write_bibs(SCOPE, bibs)
    sizes = [(sent(one)["event_id"], len(rows_in(one))) for one in line.requests]
    assert sizes == [("501", 100), ("501", 100), ("501", 51), ("502", 49)]


class Strict:
    """A RunSignUp that refuses a batch whole when one of its registrations is a bad one."""

    def __init__(self, *bad: int, details: bool) -> None:
        self._bad, self._details = bad, details
        self.taken: set[int] = set()

    def __call__(self, request: Request) -> Say:
        rows = rows_in(request)
        wrong = [row["registration_id"] in self._bad for row in rows]
        if not any(wrong):
            self.taken |= {row["registration_id"] for row in rows}
            return TAKEN
        body: dict[str, Any] = {"error": {"error_code": 11, "error_msg": "Invalid submission"}}
        if self._details:
            fine = {"error_code": None, "detailed_desc": None}
            taken = {"error_code": 115, "detailed_desc": "Bib is taken"}
            body["error_details"] = [taken if bad else fine for bad in wrong]
        return say_json(body)


@pytest.mark.parametrize("details", [True, False], ids=["named", "not named"])
async def test_one_bad_row_never_takes_its_batch_with_it(*, details: bool) -> None:
    far_side = Strict(3, 6, details=details)
    async with told(far_side) as (adapter, line):
        refused = await adapter.write_bibs(SCOPE, [given(number, "1") for number in range(1, 9)])
    assert set(refused) == {"3", "6"}
    assert far_side.taken == {1, 2, 4, 5, 7, 8}
    if details:
        assert refused["3"] == "Bib is taken (code 115)"
        assert len(line.requests) == 2


async def test_the_practice_race_names_rows_by_their_place(practice: Practice) -> None:
    async with runsignup_at(practice.access(Provider.RUNSIGNUP)) as adapter:
        (first, *_) = await rows_of(adapter.participants(practice.scope, PageRequest()))
        race, known = str(first["event_id"]), str(first["registration_id"])
        bibs = [GivenBib("7", race, "1"), GivenBib(known, race, "4321")]
        refused = await adapter.write_bibs(practice.scope, bibs)
    assert refused == {"7": "Invalid registration id. (code 15)"}


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (say_json({"error": {"error_code": 301, "error_msg": "Event not found."}}), Rejected),
        (say_json({"error": {"error_code": 7, "error_msg": "Permission Denied"}}), Forbidden),
        (Say(reset=True), Ambiguous),
        (Say(404), Rejected),
    ],
    ids=["no event", "no right", "torn", "no call"],
)
async def test_a_call_that_failed_as_a_whole_is_told_as_one(
    said: Say, kind: type[Exception]
) -> None:
    async with told(said) as (adapter, line):
        with pytest.raises(kind):
            await adapter.write_bibs(SCOPE, [given(1, "1"), given(2, "2")])
        assert len(line.requests) == 1

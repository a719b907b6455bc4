"""Tables taken out as files, as a spreadsheet and CT Live's own import get them."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from p88console.domain.entry_csv import COLUMNS
from tests.cli.conftest import Program, set_up_linked


@pytest.fixture
def event_id(program: Program, fresh_providers: dict[str, Any]) -> str:
    """A race that is pulled, one runner of it with a hostile name."""
    rename(fresh_providers, 0, first_name="=1+1", last_name="Zoë-Aïda", bib_num="70007")
    found = set_up_linked(program, fresh_providers)
    program.json("sync", "participants", f"--event={found}", "--pull-only")
    return found


def rename(providers: dict[str, Any], which: int, **fields: str) -> None:
    """Edit a registration of the race that has the first one."""
    control = f"{providers['runsignup']['base_url']}/_sandbox"
    rows = httpx.get(f"{control}/ledger").json()["registrations"]
    of_race = [row for row in rows if row["event_id"] == rows[0]["event_id"]]
    known = {"registration_id": of_race[which]["registration_id"]}
    httpx.post(f"{control}/registrations", json=known | fields).raise_for_status()


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_roster_is_a_safe_sheet_with_everybody(program: Program, event_id: str) -> None:
    people = program.json("participants", "list", f"--event={event_id}")
    sheet = program("export", "roster", f"--event={event_id}")
    assert sheet.code == 0
    rows = rows_of(sheet.out)
    assert [row["id"] for row in rows] == [person["id"] for person in people]
    hostile = next(row for row in rows if row["last_name"] == "Zoë-Aïda")
    assert (hostile["first_name"], hostile["bib"]) == ("'=1+1", "70007")
    documents = program.json("export", "roster", f"--event={event_id}")
    assert documents == people


@pytest.mark.parametrize("subject", ["roster", "results", "history"])
def test_a_file_is_written_whole_with_a_mark_where_wanted(
    program: Program, event_id: str, tmp_path: Path, subject: str
) -> None:
    target = tmp_path / "out.csv"
    told = program.json("export", subject, f"--event={event_id}", f"-o{target}", "--format=csv")
    assert told["path"] == str(target)
    assert not target.read_bytes().startswith(b"\xef\xbb\xbf")
    assert len(rows_of(target.read_text())) == told["rows"]
    program.json("export", subject, f"--event={event_id}", f"-o{target}", "--format=csv", "--bom")
    assert target.read_bytes().startswith(b"\xef\xbb\xbf")
    program.json("export", subject, f"--event={event_id}", f"-o{target}")
    assert len(json.loads(target.read_text())) == told["rows"]
    assert [file.name for file in tmp_path.iterdir() if file.suffix == ".csv"] == ["out.csv"]


def test_chronotrack_gets_its_own_columns_dates_and_mark(
    program: Program, event_id: str, tmp_path: Path
) -> None:
    """D31."""
    target = tmp_path / "entries.csv"
    assert program("export", "chronotrack-entries", f"--event={event_id}", f"-o{target}").code == 0
    assert target.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = rows_of(target.read_text("utf-8-sig"))
    assert tuple(rows[0]) == COLUMNS
    active = program.json("participants", "list", f"--event={event_id}", "--filter=active")
    assert len(rows) == len(active)
    assert {row["EXTERNAL_ID"] for row in rows} == {
        f"runsignup-{person['provider_id']}" for person in active
    }
    races = {race["name"] for race in program.json("event", "show", event_id)["races"]}
    assert {row["RACE_NAME"] for row in rows} <= races
    assert {row["TYPE"] for row in rows} == {"IND"}
    born = [row for row in rows if row["DOB"]]
    assert born
    assert all(re.fullmatch(r"\d\d-\d\d-\d{4}", row["DOB"]) for row in born)
    assert all(0 < int(row["RACE_AGE"]) < 110 for row in born)


def test_a_bib_worn_twice_is_told_before_anybody_imports_it(
    program: Program, event_id: str, fresh_providers: dict[str, Any]
) -> None:
    rename(fresh_providers, 1, bib_num="70007")
    program.json("sync", "participants", f"--event={event_id}", "--pull-only", code=3)
    answer = program("export", "chronotrack-entries", f"--event={event_id}")
    assert answer.code == 3
    assert "70007" in answer.err


def test_a_folder_that_is_not_there_is_told(program: Program, event_id: str) -> None:
    answer = program(
        "export", "roster", f"--event={event_id}", f"-o{program.home / 'no' / 'x.csv'}", "--json"
    )
    assert answer.code == 1
    assert "cannot be written" in answer.json["error"]["title"]

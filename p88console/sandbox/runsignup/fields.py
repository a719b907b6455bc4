"""Reading what a write sends: RunSignUp's field names and the row errors it answers with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

_TEXT = {
    "first_name": "first_name",
    "last_name": "last_name",
    "middle_name": "middle_name",
    "email": "email",
    "phone": "phone",
    "street": "street",
    "city": "city",
    "state": "region",
    "zipcode": "postcode",
    "country_code": "country",
}


class RowError(Exception):
    """One row of a write cannot be taken; codes are from the vendor's list."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(code, description)
        self.code = code
        self.description = description

    def body(self) -> dict[str, Any]:
        """The row's place in `error_details` (keys confirmed in one client)."""
        return {"error_code": self.code, "detailed_desc": self.description}


def read_fields(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a row changes, by our own names; fields that are not sent stay, null clears.

    Person fields may stand in `user` and its `address` (as confirmed) or flat, as the sandbox's own
    control room sends them.

    Raises:
        RowError: A value cannot be taken.
    """
    user = row.get("user") or {}
    flat = {**row, **user, **(user.get("address") or {})}
    values: dict[str, Any] = {}
    for theirs, ours in _TEXT.items():
        if theirs in flat:
            values[ours] = None if flat[theirs] is None else str(flat[theirs])
    if "first_name" in values and not values["first_name"]:
        raise RowError(104, "First name is required.")
    if "bib_num" in flat:
        values["bib"] = _bib(flat["bib_num"])
    if "chip_num" in flat:
        values["chip"] = None if flat["chip_num"] is None else str(flat["chip_num"])
    if "gender" in flat:
        values["gender"] = _gender(flat["gender"])
    if "dob" in flat:
        values["birth_date"] = _birth_date(flat["dob"])
    return values


def _bib(value: Any) -> int | None:
    """Bibs are integers; letters are refused (confirmed: clients strip them, code 115 exists)."""
    if value is None:
        return None
    if isinstance(value, bool) or not str(value).isdecimal():
        raise RowError(115, "Invalid bib number.")
    return int(value)


def _gender(value: Any) -> str | None:
    if value not in ("F", "M", "X", None):
        raise RowError(114, "Invalid gender.")
    return None if value is None else str(value)


def _birth_date(value: Any) -> date | None:
    """A date, or null or `XXXX-XX-XX` to clear it (confirmed in vendor docs)."""
    if value in (None, "XXXX-XX-XX"):
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise RowError(117, "Invalid date of birth.") from None

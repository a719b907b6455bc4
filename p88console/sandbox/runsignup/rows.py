"""RunSignUp's rows, field by field as its documentation shows them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from p88console.sandbox.people import Person
from p88console.sandbox.registering.book import Registration
from p88console.sandbox.wire import json_text

EASTERN = ZoneInfo("America/New_York")
"""The zone of every time that is not an event's start or end (confirmed in vendor docs)."""

FIRST_USER_ID = 31_000_000

_NO_TEAM = dict.fromkeys(
    ("team_id", "team_name", "team_type_id", "team_type", "team_gender", "team_bib_num")
)


def loose_time(moment: datetime, zone: ZoneInfo) -> str:
    """`m/d/YYYY HH:MM`, month and day not padded (captured)."""
    local = moment.astimezone(zone)
    return f"{local.month}/{local.day}/{local.year} {local:%H:%M}"


def us_date(day: date | None) -> str | None:
    """`mm/dd/YYYY`, padded (captured)."""
    return None if day is None else f"{day:%m/%d/%Y}"


def unix(moment: datetime) -> int:
    """Unix seconds, as `last_modified` shows them."""
    return int(moment.timestamp())


def removed_reason(entry: Registration) -> str | None:
    """Why a registration no longer stands; no word of its own for a cancellation is known."""
    return "removed" if entry.left_because == "cancelled" else entry.left_because


def money(amount: Decimal) -> str:
    """`$1,055.00` (confirmed in vendor docs)."""
    return f"${amount:,.2f}"


class RowWriter:
    """Writes registrations as rows."""

    def __init__(self, event_ids: Sequence[int], race_day: date) -> None:
        """Know what a row needs beyond its registration.

        Args:
            event_ids: The RunSignUp event of each race, by the race's number.
            race_day: The day that ages are counted to.
        """
        self._event_ids = event_ids
        self._race_day = race_day

    def participant_text(self, entry: Registration, *, nonbinary: bool) -> str:
        """A row of the participants call as JSON text, written once for each state of the row."""
        text = entry.rendered.get(nonbinary)
        if text is None:
            text = json_text(self.participant(entry, nonbinary=nonbinary))
            entry.rendered[nonbinary] = text
        return text

    def participant(self, entry: Registration, *, nonbinary: bool) -> dict[str, Any]:
        """A row of the participants call (keys confirmed in vendor docs and fixtures).

        Args:
            entry: The registration.
            nonbinary: Whether gender X may appear (`supports_nb=T`); else it is null (assumed).
        """
        number = entry.registration_id
        fees = _fees(entry)
        return {
            "user": _user(entry, nonbinary=nonbinary),
            "registration_id": number,
            "event_id": self._event_ids[entry.race.number],
            "rsu_transaction_id": number // 7 + 1_000_000,
            "transaction_id": f"ay_{number * 7919:012d}C_0",
            "bib_num": entry.bib,
            "chip_num": entry.chip,
            "age": entry.person.age_on(self._race_day),
            "registration_date": loose_time(entry.registered_at, EASTERN),
            **_NO_TEAM,
            "last_modified": unix(entry.modified_at),
            "imported": "T" if entry.imported else "F",
            "race_fee": fees["race_fee"],
            "offline_payment_amount": "$0.00",
            "processing_fee": fees["processing_fee"],
            "processing_fee_paid_by_user": fees["processing_fee"],
            "processing_fee_paid_by_race": "$0.00",
            "partner_fee": "$0.00",
            "affiliate_profit": "$0.00",
            "extra_fees": fees["extra_fees"],
            "amount_paid": fees["amount_paid"],
            "usatf_discount_amount_in_cents": "$0.00",
            "usatf_discount_additional_field": None,
            "giveaway": None,
            "giveaway_option_id": None,
        }

    def removed(self, entry: Registration, *, nonbinary: bool) -> dict[str, Any]:
        """A row of the removed-participants call, whose dates differ (confirmed in vendor docs)."""
        fees = _fees(entry)
        return {
            "user": _user(entry, nonbinary=nonbinary),
            "registration_id": entry.registration_id,
            "age": entry.person.age_on(self._race_day),
            "registration_date": _full_time(entry.registered_at),
            "last_modified": _full_time(entry.modified_at),
            "last_modified_ts": unix(entry.modified_at),
            "imported": "T" if entry.imported else "F",
            "race_fee": fees["race_fee"],
            "processing_fee": fees["processing_fee"],
            "processing_fee_paid_by_user": fees["processing_fee"],
            "processing_fee_paid_by_race": "$0.00",
            "amount_paid": fees["amount_paid"],
            "removed_reason": removed_reason(entry),
            "new_registration_id": entry.moved_to,
        }


def _fees(entry: Registration) -> dict[str, str]:
    fee = Decimal(entry.race.course.fee.removeprefix("$"))
    processing = (fee * Decimal("0.06")).quantize(Decimal("0.01"))
    # Now and then someone donates a lot, so that amounts with a comma come along.
    extra = Decimal(1055) if entry.registration_id % 211 == 7 else Decimal(0)
    return {
        "race_fee": money(fee),
        "processing_fee": money(processing),
        "extra_fees": money(extra),
        "amount_paid": money(fee + processing + extra),
    }


def _user(entry: Registration, *, nonbinary: bool) -> dict[str, Any]:
    person = entry.person
    return {
        "user_id": FIRST_USER_ID + entry.registration_id % 10_000_000,
        "first_name": person.first_name,
        "middle_name": person.middle_name,
        "last_name": person.last_name,
        "email": person.email,
        "address": _address(person),
        "dob": person.birth_date.isoformat() if person.birth_date else None,
        "gender": None if person.gender == "X" and not nonbinary else person.gender,
        "phone": person.phone,
        "profile_image_url": None,
    }


def _address(person: Person) -> dict[str, Any]:
    return {
        "street": person.street,
        "city": person.city,
        "state": person.region,
        "zipcode": person.postcode,
        "country_code": person.country,
    }


def _full_time(moment: datetime) -> str:
    return f"{moment.astimezone(EASTERN):%Y-%m-%d %H:%M:%S}"

"""The control room of the RunSignUp server, in RunSignUp's ids, events and field names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from p88console.sandbox.day import Race
from p88console.sandbox.registering.book import Registration, Registrations
from p88console.sandbox.registering.control import BadField, ControlRoom
from p88console.sandbox.runsignup.catalog import Catalog
from p88console.sandbox.runsignup.fields import RowError, read_fields
from p88console.sandbox.runsignup.rows import removed_reason


class RunSignUpControl(ControlRoom):
    """Registrations go by `registration_id` and `event_id`."""

    id_key: ClassVar[str] = "registration_id"
    reasons: ClassVar[tuple[str, ...]] = ("cleared", "removed", "transferred", "deferred")

    def __init__(
        self,
        registrations: Registrations,
        catalog: Catalog,
        present: Callable[[], datetime],
        ledger_head: Callable[[], dict[str, Any]],
        ways: object,
    ) -> None:
        super().__init__(registrations, [], present, ledger_head, ways)
        self._catalog = catalog

    def row(self, entry: Registration) -> dict[str, Any]:
        """A registration's row in the ledger."""
        return {
            "registration_id": entry.registration_id,
            "event_id": self._catalog.event_ids[entry.race.number],
            "bib": entry.bib,
            "first_name": entry.person.first_name,
            "last_name": entry.person.last_name,
            "status": removed_reason(entry) or "active",
        }

    def race_of(self, body: Mapping[str, Any]) -> Race | None:
        """The race behind a body's `event_id`."""
        event_id = body.get("event_id")
        return self._catalog.races.get(event_id) if isinstance(event_id, int) else None

    def values(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """What a body changes, in RunSignUp's field names.

        Raises:
            BadField: A value cannot be taken.
        """
        try:
            return read_fields(body)
        except RowError as error:
            raise BadField(error.description) from None

"""What operators type about people, read against the event that it is about."""

from __future__ import annotations

from collections.abc import Mapping

from p88console.domain.errors import UsageFault
from p88console.domain.fields import typed
from p88console.domain.merge import Value
from p88console.store.tenancy.events import EventRow


def read_fields(event: EventRow, texts: Mapping[str, str]) -> dict[str, Value]:
    """What was typed, checked; a race by its name or id. Raises `UsageFault`."""
    values: dict[str, Value] = {}
    for name, text in texts.items():
        if name == "status":
            values["status"] = text.strip().casefold()
        elif name in ("race", "race_id"):
            values["race_id"] = race_of(event, text)
        else:
            values[name] = typed(name, text)
    return values


def race_of(event: EventRow, text: str) -> str:
    """The id of the event's race that goes by this name or id. Raises `UsageFault`."""
    wanted = text.strip().casefold()
    for race in event.races:
        if wanted in (race.name.casefold(), str(race.id), race.provider_race_id.casefold()):
            return str(race.id)
    names = ", ".join(f"{race.name} ({race.id})" for race in event.races)
    raise UsageFault(f"there is no race {text!r} in {event.name}", f"there are: {names}")

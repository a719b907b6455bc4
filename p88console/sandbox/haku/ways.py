"""What the Haku server can be made to do, and where only guesses exist."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Ways:
    """Switches of the Haku server; they can be thrown while it runs."""

    calls_per_hour: int | None = None
    """How many calls any hour of race time may see; a client counted on 500, nobody knows."""
    forbidden: bool = False
    """The organisation's access has been withdrawn: good tokens open nothing."""
    event_date: str = "date"
    """Written as `date`, `local`, `utc` or `space`: a client is ready for all four."""
    other_events: int = 0
    """How many more events the organisation has, a week apart, with nobody in them."""
    past_event: bool = False
    """Last year's event is still there, inactive."""
    former_category_first: bool = False
    """Of two categories the one that was left stands in front."""

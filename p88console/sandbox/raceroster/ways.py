"""Where Race Roster is known to answer in more than one way, and where only guesses exist."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Ways:
    """Switches of the Race Roster server; they can be thrown while it runs."""

    token_data_as_list: bool = False
    """The token answer's `data` is a list of one instead of an object; both were handled."""
    event_data_as_list: bool = False
    """The same for one event."""
    sub_events_bare: bool = False
    """`subEvents` is the list itself instead of an object with `data`."""
    leavers_absent: bool = False
    """Whoever left is missing from the participants instead of `isActive: false`."""
    event_type: str = "LIVE"
    """LIVE, PRIVATE, DEMO or DRAFT; a draft is not listed and takes no results."""
    other_events: int = 0
    """How many more events the account may see, a week apart, with nobody in them."""
    largest_page: int = 100
    """More events or participants than this are not to be had in one page (assumed)."""
    post_overwrites: bool = False
    """A posted result replaces the one with its bib instead of standing beside it (unknown)."""
    takes_dq: bool = False
    """A posted result may have the status DQ (unknown; the site is not known to show it)."""
    bib_column: bool = False
    """The result listing is set up with a bib column."""
    gun_time_column: bool = False
    """The result listing is set up with a gun time column."""

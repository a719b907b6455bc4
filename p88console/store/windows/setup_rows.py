"""What the Setup room shows: partners, accounts and events, each with what is known of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from p88console.domain.model import Provider


class Thing(StrEnum):
    """What a row is about."""

    ACCOUNT = "account"
    EVENT = "event"
    PARTNER = "partner"


@dataclass(frozen=True, slots=True)
class SetupRow:
    """One thing that was set up, in the words of the room."""

    thing: Thing
    key: int
    """Its own id."""
    name: str
    provider: Provider | None = None
    state: str = ""
    """An account's lane state; `linked`, `unlinked` or `scoring` of an event."""
    about: str = ""
    told: tuple[tuple[str, str], ...] = ()
    """Everything known of it, by label."""
    account_id: int | None = None
    """Whose event it is."""
    remote_id: str = ""
    """What an event is called there."""

    @property
    def id(self) -> int:
        """A number of its own among rows of all kinds."""
        return self.key * len(Thing) + list(Thing).index(self.thing)


@dataclass(frozen=True, slots=True)
class AccountWish:
    """An account as an operator wants it added; its secrets are never shown."""

    partner: str
    provider: Provider
    secrets: Mapping[str, str] = field(repr=False)
    label: str = ""
    base_url: str = ""
    options: Mapping[str, str] = field(default_factory=dict)

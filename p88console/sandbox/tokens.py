"""Access tokens as the providers hand them out: opaque, and good for so long by the race clock."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta


class Tokens:
    """The tokens of one account."""

    def __init__(self, lifetime: timedelta) -> None:
        self.lifetime = lifetime
        self._good_until: dict[str, datetime] = {}
        self._used: set[str] = set()

    def issue(self, now: datetime) -> str:
        """A token that is good from now on."""
        token = ".".join(secrets.token_urlsafe(size) for size in (20, 60, 32))
        self._good_until[token] = now + self.lifetime
        return token

    def admits(self, token: str, now: datetime) -> bool:
        """Whether a token is good at this instant."""
        until = self._good_until.get(token)
        good = until is not None and now < until
        self._used |= {token} if good else set()
        return good

    def expire(self) -> bool:
        """Let every token that has served a call lapse before its time; whether there were any."""
        lapsing = self._used & self._good_until.keys()
        for token in lapsing:
            del self._good_until[token]
        return bool(lapsing)

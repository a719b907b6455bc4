"""Which web addresses may be given credentials."""

from __future__ import annotations

from urllib.parse import urlsplit

from p88console.domain.errors import UsageFault

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def check_base_url(url: str) -> None:
    """Refuse what is no web address, and plain http off this machine. Raises `UsageFault`."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageFault(f"{url!r} is no web address", "it starts with https:// and names a host")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise UsageFault(
            "plain http is only for this machine",
            f"{parts.hostname} would get the credentials unencrypted",
            "use https://",
        )

"""Which web addresses may be given credentials."""

from __future__ import annotations

from urllib.parse import urlsplit

from p88console.domain.errors import UsageFault

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def check_base_url(url: str) -> None:
    """Refuse what is no base address, and plain http off this machine. Raises `UsageFault`.

    The address is never repeated in the fault: somebody may have pasted a password into it.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise UsageFault(
            "that is no web address", hint="https://, a host, perhaps a port"
        ) from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise UsageFault("that is no web address", hint="https://, a host, perhaps a port")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise UsageFault(
            "a base address is scheme, host and port only",
            "sign-in and parameters do not belong into it",
        )
    if parts.path not in ("", "/"):
        raise UsageFault(
            "a base address is scheme, host and port only",
            f"leave {parts.path!r} out: the paths stay the vendor's own",
        )
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise UsageFault(
            "plain http is only for this machine",
            f"{parts.hostname} would get the credentials unencrypted",
            "use https://",
        )

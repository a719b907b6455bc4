"""Whether an account's secrets and options are all there, and known by their names."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from p88console.domain.errors import UsageFault
from p88console.providers.base import AccountAccess


def refuse_unknown(access: AccountAccess, secrets: Sequence[str], options: Collection[str]) -> None:
    """Refuse secrets and options under names that this provider has none of.

    Raises `UsageFault`.
    """
    for kind, given, known in (
        ("secret names", access.secrets, secrets),
        ("options", access.options, sorted(options)),
    ):
        strange = sorted(set(given) - set(known))
        if strange:
            names = ", ".join(known) or "none"
            raise UsageFault(f"unknown {kind}", ", ".join(strange), f"known: {names}")


def want(access: AccountAccess, secrets: Sequence[str]) -> None:
    """Refuse an account that lacks one of these secrets. Raises `UsageFault`."""
    missing = [name for name in secrets if not access.secrets.get(name)]
    if missing:
        raise UsageFault(f"{access.provider.title} needs {', '.join(missing)}")

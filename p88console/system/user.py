"""Who sits at this machine, as the operating system knows them."""

from __future__ import annotations

import getpass


def user_name() -> str:
    """The name the user is signed in under; `operator` where the system knows none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "operator"

"""Names of processes as holders of leases, and whether one still lives."""

from __future__ import annotations

import os
import secrets
import socket
import uuid

from p88console.store.database.db import Reading
from p88console.store.work import engines


def new_owner() -> str:
    """A name for this process as a holder of leases: machine, process, and a random part."""
    return f"{_machine()}:{os.getpid()}:{secrets.token_hex(4)}"


def _machine() -> str:
    """This machine, told from others of the same host name by its network card."""
    return f"{socket.gethostname()}/{uuid.getnode():x}"


def is_dead(owner: str) -> bool:
    """Whether an owner of leases was a process on this machine that is no more."""
    host, _, rest = owner.partition(":")
    pid = rest.partition(":")[0]
    if os.name != "posix" or host != _machine() or not pid.isdecimal():
        return False  # elsewhere the lease decides: signal 0 is no question on Windows
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def served(connection: Reading) -> bool:
    """Whether a living engine works on this database."""
    return any(not is_dead(engine.owner) for engine in engines.living(connection))

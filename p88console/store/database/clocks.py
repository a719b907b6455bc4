"""The clock by which leases run: one for all processes of a database, whatever laptops show."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Float, cast, func, literal

MACHINE = "machine"
"""The execution option under which a clock can be handed in."""

MachineClock = Callable[[], float]
"""Unix time in seconds."""


_EPOCH: ColumnElement[Any] = func.extract("epoch", func.clock_timestamp())
SERVER_TIME = cast(_EPOCH, Float)
"""The Unix time of a database that has a clock for all."""


def local_time(connection: Connection) -> float | None:
    """Unix time at this moment by what runs here; None where the server's clock counts."""
    handed_in: MachineClock | None = connection.get_execution_options().get(MACHINE)
    if handed_in is not None:
        return handed_in()
    return None if connection.dialect.name == "postgresql" else time.time()


def machine_time(connection: Connection) -> ColumnElement[float]:
    """Unix time at this moment: the server's on PostgreSQL, else this machine's."""
    here = local_time(connection)
    return SERVER_TIME if here is None else literal(here, Float())

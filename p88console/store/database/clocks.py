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


def machine_time(connection: Connection) -> ColumnElement[float]:
    """Unix time at this moment: the server's on PostgreSQL, else this machine's."""
    handed_in: MachineClock | None = connection.get_execution_options().get(MACHINE)
    if handed_in is not None:
        return literal(handed_in(), Float())
    if connection.dialect.name == "postgresql":
        epoch: ColumnElement[Any] = func.extract("epoch", func.clock_timestamp())
        return cast(epoch, Float)
    return literal(time.time(), Float())

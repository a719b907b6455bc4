"""Whether the database itself is in order."""

from __future__ import annotations

from p88console.store.database.db import Reading


def damaged(connection: Reading) -> str | None:
    """What is wrong with the pages of the database file, looked at quickly; None if nothing is."""
    if connection.dialect.name != "sqlite":
        return None
    told = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one())
    return None if told == "ok" else told


def unsound(connection: Reading) -> str | None:
    """What is wrong with the database file; None when it is sound."""
    if connection.dialect.name != "sqlite":
        return None  # a server looks after its own pages
    told = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()
    if told != "ok":
        return str(told)
    orphan = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    return None if orphan is None else f"a row of {orphan[0]} points to one that is not there"

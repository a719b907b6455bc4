"""Brings a database to the schema of this version, in one transaction."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text

HEAD = "0031"
"""The newest schema version; a test holds it against the version files."""


def migrate(connection: Connection) -> bool:
    """Upgrade the schema inside the caller's transaction; says whether anything was due."""
    if current_version(connection) == HEAD:
        return False
    from alembic import command  # noqa: PLC0415  # 300 ms that only an upgrade has to pay
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "p88console.store:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    return True


def current_version(connection: Connection) -> str | None:
    """The schema version the database is at; None for a new one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if version is None else str(version)

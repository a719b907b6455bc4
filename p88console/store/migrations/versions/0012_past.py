"""Attempts are counted by how they ended and by who asked for them from indexes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Index what the facets of the history count."""
    op.create_index("ix_sync_history_state", "sync_history", ["state", "event_id"], unique=False)
    op.create_index(
        "ix_sync_history_trigger", "sync_history", ["trigger", "event_id"], unique=False
    )
    partial = sa.text("partial")
    op.create_index(
        "ix_sync_history_partial",
        "sync_history",
        ["id"],
        unique=False,
        sqlite_where=partial,
        postgresql_where=partial,
    )

"""Jobs that failed for good are found without reading the finished ones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

FAILED = sa.text("state = 'failed_permanent'")


def upgrade() -> None:
    """Index what failed for good, by account."""
    op.create_index(
        "ix_sync_queue_failed",
        "sync_queue",
        ["account_id"],
        sqlite_where=FAILED,
        postgresql_where=FAILED,
    )

"""The next job is found in the order in which jobs are served, and the guns around a moment."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"

CLAIMABLE = sa.text("state IN ('pending', 'verify')")


def upgrade() -> None:
    """Let one index carry the whole order, and another the guns."""
    op.drop_index("ix_sync_queue_claim", table_name="sync_queue")
    op.create_index(
        "ix_sync_queue_claim",
        "sync_queue",
        ["priority", "due_at", "id"],
        sqlite_where=CLAIMABLE,
        postgresql_where=CLAIMABLE,
    )
    op.create_index("ix_races_starts_at", "races", ["starts_at", "event_id"])

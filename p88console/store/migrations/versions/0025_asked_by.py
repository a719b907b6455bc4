"""Jobs keep the name of whoever asked for them by hand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Add name and door; versions that were published tell theirs."""
    op.add_column("sync_queue", sa.Column("asked_by", sa.String(), nullable=True))
    op.add_column("sync_queue", sa.Column("asked_door", sa.String(), nullable=True))
    op.execute(
        "UPDATE sync_queue SET asked_by = (SELECT max(p.created_by) FROM publications p"
        " WHERE p.job_id = sync_queue.id)"
    )

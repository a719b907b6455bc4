"""An event may name its day and no time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Keep the day of events whose gun time nobody knows."""
    op.add_column("events", sa.Column("race_day", sa.Date(), nullable=True))

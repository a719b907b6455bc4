"""The calls of an account's last hour are counted by the minute."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Count them, and let the schedule's calls at once fill anew."""
    op.add_column(
        "account_lines", sa.Column("recent_calls", sa.JSON(none_as_null=True), nullable=True)
    )
    op.execute("UPDATE account_lines SET calls_left = NULL")

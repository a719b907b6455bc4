"""An account tells every process that its secrets were seen to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Count how often."""
    op.add_column(
        "accounts", sa.Column("renewals", sa.Integer(), server_default="0", nullable=False)
    )

"""The ledger remembers what somebody wears whom a scoring system holds as withdrawn."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Nobody is known to be withdrawn there before the next push reads it."""
    op.add_column(
        "push_ledger",
        sa.Column("withdrawn", sa.Boolean(), server_default=sa.false(), nullable=False),
    )

"""Results that an operator attached to somebody by hand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the flag."""
    op.add_column(
        "results",
        sa.Column("attached", sa.Boolean(), server_default=sa.false(), nullable=False),
    )

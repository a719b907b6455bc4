"""What an account's provider will not let work much longer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Keep the warnings that were last told."""
    op.add_column(
        "account_health",
        sa.Column("warnings", sa.JSON(none_as_null=True), server_default="[]", nullable=False),
    )

"""A link knows when its database came out of a backup."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the instant."""
    op.add_column("links", sa.Column("restored_at", UTCDateTime(), nullable=True))

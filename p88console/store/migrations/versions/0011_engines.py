"""Engines beside each other, one of which leads the schedule."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Replace the one lease by one for each engine."""
    op.drop_table("engine_lease")
    op.create_table(
        "engine_leases",
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.Column("leads", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("owner", name=op.f("pk_engine_leases")),
    )
    op.create_index(
        "uq_engine_leases_one_leads",
        "engine_leases",
        ["leads"],
        unique=True,
        sqlite_where=sa.text("leads"),
        postgresql_where=sa.text("leads"),
    )

"""Listings that leave details out, and links that only give results."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add what there is to know of short rows and of links that take nobody."""
    for table, name, default in (
        ("participants", "awaits_detail", sa.false()),
        ("links", "takes_people", sa.true()),
    ):
        column: sa.Column[bool] = sa.Column(
            name, sa.Boolean(), nullable=False, server_default=default
        )
        op.add_column(table, column)
    op.create_table(
        "listed_rows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("raw", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("list_hash", sa.String(), nullable=False),
        sa.Column("read_hash", sa.String(), nullable=True),
        sa.Column("read_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_listed_rows_event_id_events")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listed_rows")),
        sa.UniqueConstraint("event_id", "row_key", name=op.f("uq_listed_rows_event_id_row_key")),
    )

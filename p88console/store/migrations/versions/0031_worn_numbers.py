"""The index over bibs as numbers holds those who wear one, and serves no other lookup."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"

NAME = "ix_participants_event_number"
WORN = sa.text("bib IS NOT NULL")


def upgrade() -> None:
    """Make the index anew, over part of the people."""
    op.drop_index(NAME, "participants")
    op.create_index(
        NAME,
        "participants",
        ["event_id", sa.text("length(bib)"), "bib"],
        sqlite_where=WORN,
        postgresql_where=WORN,
    )

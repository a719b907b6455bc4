"""Bibs that were given here and sent back to where people registered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0017"
down_revision = "0016"

STATES = "'unsent', 'sent', 'verified', 'differs', 'ignored', 'refused', 'held'"


def upgrade() -> None:
    """Keep what became of each bib that was sent back."""
    op.create_table(
        "bib_returns",
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("bib", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(f'"state" IN ({STATES})', name=op.f("ck_bib_returns_state_known")),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participants.id"],
            name=op.f("fk_bib_returns_participant_id_participants"),
        ),
        sa.PrimaryKeyConstraint("participant_id", name=op.f("pk_bib_returns")),
    )

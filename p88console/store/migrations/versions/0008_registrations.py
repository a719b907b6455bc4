"""Registrations that hold several races, and races that turn up after their event was linked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the shared registration of participants and the far side's races of links."""
    op.add_column("participants", sa.Column("registration", sa.String(), nullable=True))
    op.create_index(op.f("ix_participants_registration"), "participants", ["registration"])
    races: sa.Column[object] = sa.Column(
        "remote_races", sa.JSON(none_as_null=True), nullable=False, server_default="[]"
    )
    op.add_column("links", races)

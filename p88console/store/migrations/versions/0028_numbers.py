"""Events know how many people they have; bibs are found and sorted as numbers from an index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

COUNTED = (
    "UPDATE events SET people ="
    " (SELECT count(*) FROM participants WHERE participants.event_id = events.id)"
)


def upgrade() -> None:
    """Add the count, fill it, and index bibs by their length first."""
    op.add_column("events", sa.Column("people", sa.Integer(), server_default="0", nullable=False))
    op.execute(sa.text(COUNTED))
    op.create_index(
        "ix_participants_event_number",
        "participants",
        ["event_id", sa.text("length(bib)"), "bib"],
    )

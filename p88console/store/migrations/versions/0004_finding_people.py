"""People are sorted and found by a folded name; lists and counts are answered from indexes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from p88console.domain.folding import name_key

revision = "0004"
down_revision = "0003"

NAMED = "SELECT id, first_name, last_name FROM participants"
WRITTEN = "UPDATE participants SET name_key = :name_key WHERE id = :id"


def upgrade() -> None:
    """Add the folded name with the indexes over it, in place of those that it outdoes."""
    op.add_column(
        "participants", sa.Column("name_key", sa.String(), server_default="", nullable=False)
    )
    connection = op.get_bind()
    rows = connection.execute(sa.text(NAMED)).all()
    keys = [{"id": row.id, "name_key": name_key(row.first_name, row.last_name)} for row in rows]
    if keys:
        connection.execute(sa.text(WRITTEN), keys)
    op.drop_index("ix_participants_event_last_name", "participants")
    op.drop_index(op.f("ix_participants_changed_at"), "participants")
    for name, columns in (
        ("ix_participants_event_name", ["event_id", "name_key", "bib"]),
        ("ix_participants_event_standing", ["event_id", "status", "race_id", "bib"]),
        ("ix_participants_event_changed", ["event_id", "changed_at"]),
    ):
        op.create_index(name, "participants", columns, unique=False)

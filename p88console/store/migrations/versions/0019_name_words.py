"""People are found by any word of their names from an index, however many there are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

PEOPLE = "SELECT id, event_id, name_key, bib FROM participants"
WORD = (
    "INSERT INTO name_words (participant_id, word, event_id, name_key)"
    " VALUES (:participant_id, :word, :event_id, :name_key)"
)


def upgrade() -> None:
    """Add the words and fill them from the folded names."""
    text = sa.String().with_variant(sa.String(collation="C"), "postgresql")
    op.create_table(
        "name_words",
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("word", text, nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("name_key", text, nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_name_words_event_id_events")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participants.id"],
            name=op.f("fk_name_words_participant_id_participants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("participant_id", "word", name=op.f("pk_name_words")),
        sqlite_with_rowid=False,
    )
    connection = op.get_bind()
    rows = connection.execute(sa.text(PEOPLE)).all()
    lines = [
        {"participant_id": row.id, "word": word, "event_id": row.event_id, "name_key": row.name_key}
        for row in rows
        for word in sorted(_words(row.name_key, row.bib))
    ]
    if lines:
        connection.execute(sa.text(WORD), lines)
    op.create_index(
        "ix_name_words_found", "name_words", ["event_id", "word", "name_key", "participant_id"]
    )


def _words(name_key: str, bib: str | None) -> set[str]:
    return {*name_key.split(), *([bib.lower()] if bib and not bib.isdecimal() else [])}

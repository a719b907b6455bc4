"""The few in quarantine and the few without an id are found without looking at everybody."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"

FEW = {
    "ix_participants_quarantined": sa.text("quarantined_since IS NOT NULL"),
    "ix_participants_nameless": sa.text("provider_id IS NULL"),
}


def upgrade() -> None:
    """Index them by their event; nobody else is in these indexes."""
    for name, who in FEW.items():
        op.create_index(name, "participants", ["event_id"], sqlite_where=who, postgresql_where=who)

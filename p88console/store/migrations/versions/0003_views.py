"""The unified views."""

from __future__ import annotations

from alembic import op

from p88console.store.database.views import UNIFIED_EVENTS, UNIFIED_PARTICIPANTS

revision = "0003"
down_revision = "0002"

RESULTS_ALONE = """
CREATE VIEW unified_results AS
SELECT results.id AS result_id, accounts.partner_id, accounts.id AS account_id,
       accounts.provider AS provider, results.event_id, events.name AS event,
       results.race_id, races.name AS race, results.participant_id,
       participants.provider_id AS registration_id, results.bib,
       results.first_name, results.last_name, participants.gender, participants.birth_date,
       results.status, results.gun_time_ms, results.chip_time_ms, results.place,
       results.gender_place, results.category, results.category_place, results.splits,
       results.revision, results.changed_at
FROM results
JOIN links ON links.id = results.link_id
JOIN accounts ON accounts.id = links.account_id
JOIN events ON events.id = results.event_id
LEFT JOIN races ON races.id = results.race_id
LEFT JOIN participants ON participants.id = results.participant_id
"""
"""Publications came later."""


def upgrade() -> None:
    """Create the views."""
    for statement in (UNIFIED_EVENTS, UNIFIED_PARTICIPANTS, RESULTS_ALONE):
        op.execute(statement)

"""The three unified views over all providers, for anyone with a SQL tool."""

from __future__ import annotations

UNIFIED_EVENTS = """
CREATE VIEW unified_events AS
SELECT events.id AS event_id, partners.id AS partner_id, partners.name AS partner,
       accounts.id AS account_id, accounts.provider AS provider,
       events.provider_event_id, events.name, events.timezone, events.starts_at,
       races.id AS race_id, races.provider_race_id, races.name AS race,
       races.starts_at AS race_starts_at, races.distance_m,
       links.account_id AS scoring_account_id, links.remote_event_id,
       race_links.remote_race_id, race_links.remote_race_name
FROM events
JOIN accounts ON accounts.id = events.account_id
JOIN partners ON partners.id = accounts.partner_id
LEFT JOIN races ON races.event_id = events.id
LEFT JOIN links ON links.event_id = events.id
LEFT JOIN race_links ON race_links.link_id = links.id AND race_links.race_id = races.id
"""

UNIFIED_PARTICIPANTS = """
CREATE VIEW unified_participants AS
SELECT participants.id AS participant_id, accounts.partner_id, accounts.id AS account_id,
       accounts.provider AS provider, participants.event_id, events.name AS event,
       participants.race_id, races.name AS race, races.provider_race_id,
       participants.provider_id, participants.bib, participants.chip,
       participants.first_name, participants.last_name, participants.gender,
       participants.birth_date, participants.email, participants.phone,
       participants.city, participants.region, participants.country, participants.team,
       participants.status, participants.status_reason, participants.registered_at,
       participants.modified_at, participants.changed_at,
       push_ledger.link_id, push_ledger.remote_id,
       CASE WHEN push_ledger.state IN ('verified', 'ignored', 'refused')
                 AND (push_ledger.mirror_hash IS NULL
                      OR push_ledger.mirror_hash <> participants.content_hash)
            THEN 'unsent' ELSE coalesce(push_ledger.state, 'unsent') END AS push_state,
       push_ledger.reason AS push_reason
FROM participants
JOIN events ON events.id = participants.event_id
JOIN accounts ON accounts.id = events.account_id
LEFT JOIN races ON races.id = participants.race_id
LEFT JOIN push_ledger ON push_ledger.participant_id = participants.id
"""

UNIFIED_RESULTS = """
CREATE VIEW unified_results AS
SELECT results.id AS result_id, accounts.partner_id, accounts.id AS account_id,
       accounts.provider AS provider, results.event_id, events.name AS event,
       results.race_id, races.name AS race, results.participant_id,
       participants.provider_id AS registration_id, results.bib,
       results.first_name, results.last_name, participants.gender, participants.birth_date,
       results.status, results.gun_time_ms, results.chip_time_ms, results.place,
       results.gender_place, results.category, results.category_place, results.splits,
       results.revision, results.changed_at,
       shown.version AS published_version, shown.official AS published_official,
       shown.settled_at AS published_at, shown.state AS publication_state,
       shown.reason AS publication_reason,
       NOT EXISTS (
           SELECT 1 FROM results AS other
           JOIN links AS others ON others.id = other.link_id
           WHERE other.participant_id = results.participant_id
             AND coalesce(other.race_id, 0) = coalesce(results.race_id, 0)
             AND (CASE WHEN other.status = 'notstarted' THEN 2 ELSE 0 END
                  + CASE WHEN others.account_id = events.account_id THEN 1 ELSE 0 END,
                  other.link_id)
               < (CASE WHEN results.status = 'notstarted' THEN 2 ELSE 0 END
                  + CASE WHEN links.account_id = events.account_id THEN 1 ELSE 0 END,
                  results.link_id)
       ) AS leads
FROM results
JOIN links ON links.id = results.link_id
JOIN accounts ON accounts.id = links.account_id
JOIN events ON events.id = results.event_id
LEFT JOIN races ON races.id = results.race_id
LEFT JOIN participants ON participants.id = results.participant_id
LEFT JOIN (
    SELECT publications.race_id, publication_rows.participant_id, publications.version,
           publications.official, publications.settled_at, publication_rows.state,
           publication_rows.reason
    FROM publication_rows
    JOIN publications ON publications.id = publication_rows.publication_id
    WHERE publications.state = 'published' AND publications.mode <> 'withdraw'
      AND publications.version = (
          SELECT max(newest.version) FROM publications AS newest
          WHERE newest.race_id = publications.race_id AND newest.state = 'published')
) AS shown ON shown.race_id = results.race_id AND shown.participant_id = results.participant_id
"""

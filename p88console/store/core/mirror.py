"""The tables of `store.tables.mirror` for statements; derived, never edited."""

from __future__ import annotations

from sqlalchemy import Column, Table

from p88console.store.database import kinds

EVENTS = Table(
    "events",
    kinds.CORE,
    Column("id", kinds.WHOLE, primary_key=True),
    Column("account_id", kinds.WHOLE, nullable=False),
    Column("provider_event_id", kinds.WORDS, nullable=False),
    Column("name", kinds.WORDS, nullable=False),
    Column("timezone", kinds.WORDS, nullable=False),
    Column("starts_at", kinds.MOMENT),
    Column("race_day", kinds.DAY),
    Column("raw", kinds.JSON_VALUE, nullable=False, default=dict),
    Column("raw_hash", kinds.WORDS, nullable=False),
    Column("first_seen_at", kinds.MOMENT, nullable=False),
    Column("changed_at", kinds.MOMENT, nullable=False),
    Column("people", kinds.WHOLE, nullable=False, default=0),
)

LISTED_ROWS = Table(
    "listed_rows",
    kinds.CORE,
    Column("id", kinds.WHOLE, primary_key=True),
    Column("event_id", kinds.WHOLE, nullable=False),
    Column("row_key", kinds.WORDS, nullable=False),
    Column("position", kinds.WHOLE, nullable=False),
    Column("raw", kinds.JSON_VALUE, nullable=False, default=dict),
    Column("list_hash", kinds.WORDS, nullable=False),
    Column("read_hash", kinds.WORDS),
    Column("read_at", kinds.MOMENT),
)

NAME_WORDS = Table(
    "name_words",
    kinds.CORE,
    Column("participant_id", kinds.WHOLE, primary_key=True, autoincrement=False),
    Column("word", kinds.PLAIN_TEXT, primary_key=True, autoincrement=False),
    Column("event_id", kinds.WHOLE, nullable=False),
    Column("name_key", kinds.PLAIN_TEXT, nullable=False),
)

PARTICIPANTS = Table(
    "participants",
    kinds.CORE,
    Column("id", kinds.WHOLE, primary_key=True),
    Column("event_id", kinds.WHOLE, nullable=False),
    Column("race_id", kinds.WHOLE),
    Column("provider_id", kinds.WORDS),
    Column("row_key", kinds.WORDS, nullable=False),
    Column("added_here", kinds.TRUTH, nullable=False, default=False),
    Column("registration", kinds.WORDS),
    Column("bib", kinds.WORDS),
    Column("chip", kinds.WORDS),
    Column("first_name", kinds.WORDS),
    Column("last_name", kinds.WORDS),
    Column("name_key", kinds.WORDS, nullable=False, default=""),
    Column("gender", kinds.WORDS),
    Column("birth_date", kinds.DAY),
    Column("email", kinds.WORDS),
    Column("phone", kinds.WORDS),
    Column("city", kinds.WORDS),
    Column("region", kinds.WORDS),
    Column("country", kinds.WORDS),
    Column("team", kinds.WORDS),
    Column("status", kinds.WORDS, nullable=False, default="active"),
    Column("status_reason", kinds.WORDS),
    Column("moved_to", kinds.WORDS),
    Column("quarantined_since", kinds.MOMENT),
    Column("awaits_detail", kinds.TRUTH, nullable=False, default=False),
    Column("registered_at", kinds.MOMENT),
    Column("modified_at", kinds.MOMENT),
    Column("flags", kinds.JSON_VALUE, nullable=False, default=list),
    Column("raw", kinds.JSON_VALUE, nullable=False, default=dict),
    Column("raw_hash", kinds.WORDS, nullable=False),
    Column("content_hash", kinds.WORDS, nullable=False),
    Column("first_seen_at", kinds.MOMENT, nullable=False),
    Column("changed_at", kinds.MOMENT, nullable=False),
)

PARTICIPANT_CHANGES = Table(
    "participant_changes",
    kinds.CORE,
    Column("id", kinds.WHOLE, primary_key=True),
    Column("participant_id", kinds.WHOLE, nullable=False),
    Column("at", kinds.MOMENT, nullable=False),
    Column("who", kinds.WORDS, nullable=False),
    Column("door", kinds.WORDS, nullable=False),
    Column("field", kinds.WORDS, nullable=False),
    Column("before", kinds.WORDS),
    Column("after", kinds.WORDS),
    Column("reason", kinds.WORDS),
    Column("action_id", kinds.WHOLE),
)

RACES = Table(
    "races",
    kinds.CORE,
    Column("id", kinds.WHOLE, primary_key=True),
    Column("event_id", kinds.WHOLE, nullable=False),
    Column("provider_race_id", kinds.WORDS, nullable=False),
    Column("name", kinds.WORDS, nullable=False),
    Column("starts_at", kinds.MOMENT),
    Column("distance_m", kinds.REAL),
    Column("raw", kinds.JSON_VALUE, nullable=False, default=dict),
)

RESULTS = Table(
    "results",
    kinds.CORE,
    Column("id", kinds.WHOLE, primary_key=True),
    Column("link_id", kinds.WHOLE, nullable=False),
    Column("event_id", kinds.WHOLE, nullable=False),
    Column("race_id", kinds.WHOLE),
    Column("participant_id", kinds.WHOLE),
    Column("row_key", kinds.WORDS, nullable=False),
    Column("bib", kinds.WORDS),
    Column("first_name", kinds.WORDS),
    Column("last_name", kinds.WORDS),
    Column("status", kinds.WORDS, nullable=False),
    Column("gun_time_ms", kinds.WHOLE),
    Column("chip_time_ms", kinds.WHOLE),
    Column("place", kinds.WHOLE),
    Column("gender_place", kinds.WHOLE),
    Column("category", kinds.WORDS),
    Column("category_place", kinds.WHOLE),
    Column("splits", kinds.JSON_VALUE, nullable=False, default=list),
    Column("raw", kinds.JSON_VALUE, nullable=False, default=dict),
    Column("content_hash", kinds.WORDS, nullable=False),
    Column("attached", kinds.TRUTH, nullable=False, default=False),
    Column("revision", kinds.WHOLE, nullable=False, default=1),
    Column("changed_at", kinds.MOMENT, nullable=False),
)

RESULT_REVISIONS = Table(
    "result_revisions",
    kinds.CORE,
    Column("id", kinds.WHOLE, primary_key=True),
    Column("result_id", kinds.WHOLE, nullable=False),
    Column("revision", kinds.WHOLE, nullable=False),
    Column("at", kinds.MOMENT, nullable=False),
    Column("standing", kinds.JSON_VALUE, nullable=False, default=dict),
)

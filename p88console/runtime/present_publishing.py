"""Drafts, findings and versions as the JSON that every door speaks."""

from __future__ import annotations

from collections.abc import Mapping

from p88console.domain.case import Finding
from p88console.domain.publication import RowState
from p88console.runtime.scalars import Document, identity, instant
from p88console.store.results.drafts import Draft
from p88console.store.results.publications import Version


def finding(draft: Draft, found: Finding) -> Document:
    """What the guard says about one race."""
    return {
        "race_id": identity(draft.race.id),
        "race": draft.race.name,
        "grade": found.grade.value,
        "code": found.code,
        "text": found.text,
        "participants": [identity(who) for who in found.people],
        "key": found.key,
    }


def draft(made: Draft) -> Document:
    """What would go out for one race."""
    new = sum(change.before is None for change in made.comparison.changes)
    return {
        "race_id": identity(made.race.id),
        "race": made.race.name,
        "mode": made.mode.value,
        "official": made.official,
        "lines": len(made.lines),
        "new": new,
        "changed": len(made.comparison.changes) - new,
        "withdrawn": len(made.comparison.left_over),
        "unchanged": len(made.comparison.unchanged),
        "compared_with": None if made.base is None else made.base.version,
        "republishes": made.origin,
        "nothing_to_do": made.idle,
    }


def version(row: Version, states: Mapping[str, int]) -> Document:
    """One version with how many of its lines are how far."""
    return {
        "id": identity(row.id),
        "event_id": identity(row.event_id),
        "race_id": identity(row.race_id),
        "job_id": identity(row.job_id),
        "version": row.version,
        "republishes": row.origin if row.origin != row.version else None,
        "mode": row.mode.value,
        "state": row.state.value,
        "official": row.official,
        "notify": row.notify,
        "lines": sum(states.values()),
        "rows": {state.value: states.get(state.value, 0) for state in RowState},
        "reason": row.reason,
        "created_at": instant(row.created_at),
        "created_by": row.created_by,
        "settled_at": instant(row.settled_at),
    }

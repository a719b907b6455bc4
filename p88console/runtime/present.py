"""Rows of the store as the JSON that every door speaks: our ids are opaque strings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from p88console.domain.doctor import Check, is_go
from p88console.domain.jobs import COUNT_NAMES, Job, JobState
from p88console.domain.plan import Action, Plan, Step, freeing, worn
from p88console.runtime import scalars
from p88console.runtime.scalars import day, identity, instant
from p88console.store.people.bib_ledger import Held, Worn
from p88console.store.people.lists import Person
from p88console.store.tenancy.events import EventRow, LinkRow
from p88console.store.tenancy.tenants import AccountRow, PartnerRow
from p88console.store.windows.inbox_rows import Item
from p88console.store.work.history import AttemptRow
from p88console.store.work.returns import Due

Document = scalars.Document


def partner(row: PartnerRow) -> Document:
    """A timing partner."""
    return {"id": identity(row.id), "name": row.name}


def account(row: AccountRow) -> Document:
    """An account, without anything secret."""
    return {
        "id": identity(row.id),
        "partner_id": identity(row.partner_id),
        "provider": row.provider.value,
        "label": row.label,
        "base_url": row.base_url,
        "options": dict(row.options),
        "held_since": instant(row.held_since),
        "held_reason": row.held_reason,
    }


def event(row: EventRow) -> Document:
    """An event with races and links."""
    return {
        "id": identity(row.id),
        "account_id": identity(row.account_id),
        "provider": row.provider.value,
        "provider_event_id": row.provider_event_id,
        "name": row.name,
        "starts_at": instant(row.starts_at),
        "race_day": day(row.race_day),
        "timezone": row.timezone,
        "races": [
            {
                "id": identity(race.id),
                "provider_race_id": race.provider_race_id,
                "name": race.name,
                "starts_at": instant(race.starts_at),
                "distance_m": race.distance_m,
            }
            for race in row.races
        ],
        "links": [link(found) for found in row.links],
    }


def link(row: LinkRow) -> Document:
    """A link with its race map."""
    return {
        "id": identity(row.id),
        "account_id": identity(row.account_id),
        "provider": row.provider.value,
        "remote_event_id": row.remote_event_id,
        "name": row.remote_name,
        "options": dict(row.options),
        "takes_people": row.takes_people,
        "races": [
            {"race_id": identity(race_id), "remote_race_id": remote[0], "name": remote[1]}
            for race_id, remote in row.races.items()
        ],
    }


def participant(person: Person) -> Document:
    """A participant as listed."""
    row = person.row
    return {
        "id": identity(row["id"]),
        "event_id": identity(row["event_id"]),
        "race_id": identity(row["race_id"]),
        "provider": person.provider,
        "provider_id": row["provider_id"],
        "added_here": row["added_here"],
        "bib": row["bib"],
        "chip": row["chip"],
        "first_name": row["first_name"],
        "last_name": row["last_name"],
        "gender": row["gender"],
        "birth_date": day(row["birth_date"]),
        "email": row["email"],
        "phone": row["phone"],
        "city": row["city"],
        "region": row["region"],
        "country": row["country"],
        "team": row["team"],
        "status": row["status"],
        "status_reason": row["status_reason"],
        "flags": row["flags"],
        "push_state": person.push_state.value,
        "remote_ids": {
            system.provider: system.remote_id for system in person.systems if system.remote_id
        },
    }


def participant_story(person: Person, changes: Sequence[Mapping[str, Any]]) -> Document:
    """A participant whole: the raw row, every change, each far side."""
    return participant(person) | {
        "raw": person.row["raw"],
        "history": [
            {
                "at": instant(change["at"]),
                "who": change["who"],
                "door": change["door"],
                "field": change["field"],
                "before": change["before"],
                "after": change["after"],
                "reason": change["reason"],
            }
            for change in changes
        ],
        "systems": [
            {
                "provider": system.provider,
                "account_id": identity(system.account_id),
                "state": system.state.value,
                "remote_id": system.remote_id,
                "acknowledged": system.acknowledged,
                "reason": system.reason,
            }
            for system in person.systems
        ],
    }


RESULT_KEYS = (
    "bib",
    "first_name",
    "last_name",
    "status",
    "gun_time_ms",
    "chip_time_ms",
    "place",
    "gender_place",
    "category",
    "category_place",
    "splits",
    "revision",
)


def result(row: Mapping[str, Any]) -> Document:
    """A runner's latest standing."""
    ids = {name: identity(row[name]) for name in ("participant_id", "race_id")}
    return ids | {name: row[name] for name in RESULT_KEYS}


def job(row: Job) -> Document:
    """A job of the queue."""
    return {
        "id": identity(row.id),
        "provider": row.provider.value,
        "account_id": identity(row.account_id),
        "operation": row.operation.value,
        "direction": row.direction.value,
        "event_id": identity(row.event_id),
        "state": row.state.value,
        "priority": row.priority,
        "due_at": instant(row.due_at),
        "attempt": row.attempt,
        "trigger": row.trigger.value,
        "asked_by": row.asked_by.who if row.asked_by else None,
        "door": row.asked_by.door if row.asked_by else None,
        "progress": {"done": row.progress_done, "total": row.progress_total},
        "error": row.error,
    }


def attempt(row: AttemptRow) -> Document:
    """An attempt of the history."""
    return asdict(row) | {
        "id": identity(row.id),
        "job_id": identity(row.job_id),
        "event_id": identity(row.event_id),
        "started_at": instant(row.started_at),
        "finished_at": instant(row.finished_at),
    }


def job_report(row: Job, last: AttemptRow | None, needs_you: int = 0) -> Document:
    """What a job came to, as `sync` reports it.

    `needs_you` is how much of its event waits for a person by now, from whatever pull or push.
    """
    done = last is not None and last.finished_at is not None
    took = (last.finished_at - last.started_at) if last and last.finished_at else None
    counts = last.counts if last and done else {}
    return {
        "job_id": identity(row.id),
        "provider": row.provider.value,
        "operation": row.operation.value,
        "direction": row.direction.value,
        "event_id": identity(row.event_id),
        "state": row.state.value,
        "attempts": row.attempt,
        "due_at": instant(row.due_at),
        "partial": bool(last and last.partial),
        "counts": {name: counts.get(name, 0) for name in COUNT_NAMES},
        "needs_you": needs_you,
        "duration_s": took.total_seconds() if took is not None else None,
        "error": last.error if last and done else row.error,
    }


def held(account: AccountRow) -> Document:
    """Why a job of this account waits for a person although nothing went wrong with it."""
    return {
        "code": "held",
        "title": f"the line of {account.label} is held",
        "detail": account.held_reason or "",
        "hint": f"let it work again: p88console queue resume --account {account.id}",
    }


def report_exit(reports: Sequence[Document]) -> int:
    """The exit code that these reports add up to."""
    unfinished = (JobState.PENDING, JobState.VERIFY, JobState.RUNNING, JobState.FAILED_PERMANENT)
    if any(report["state"] in unfinished or report["partial"] for report in reports):
        return 1
    waits = any(
        report["counts"][name]
        for report in reports
        for name in ("refused", "conflicts", "quarantined")
    )
    held = any(report["state"] == JobState.HELD or report["needs_you"] for report in reports)
    return 3 if waits or held else 0


def plan(target: str, made: Plan) -> dict[str, list[Document]]:
    """A plan by what would be done."""
    names = (Action.CREATE, Action.UPDATE, Action.WITHDRAW, Action.BLOCKED)
    found = {name.value: [_step(target, step) for step in made.of(name)] for name in names}
    moving = {step.candidate.participant_id: step for step in freeing(made.outgoing)}
    for entry in found[Action.UPDATE.value]:
        if (step := moving.get(int(entry["participant_id"]))) is not None:
            bib = worn(step.candidate.acknowledged)[1]
            entry["reason"] = (
                entry["reason"] or f"gives up {bib} first: somebody else is to wear it"
            )
    freed = [_step(target, step) for step in made.of(Action.FREE)]
    return found | {Action.UPDATE.value: freed + found[Action.UPDATE.value]}


def _step(target: str, step: Step) -> Document:
    return {
        "participant_id": identity(step.candidate.participant_id),
        "target": target,
        "name": step.candidate.name,
        "bib": step.candidate.desired.get("bib"),
        "changes": {name: list(values) for name, values in step.changes.items()},
        "reason": step.reason,
    }


def bib_return(target: str, due: Due) -> Document:
    """A bib on its way back, as an entry of a plan."""
    return {
        "participant_id": identity(due.participant_id),
        "target": target,
        "name": due.name,
        "bib": due.bib,
        "changes": {"bib": [due.theirs, due.bib]},
        "reason": "given here",
    }


def doctor(checks: Sequence[Check]) -> Document:
    """The go / no-go page."""
    return {"ok": is_go(checks), "checks": [check(found) for found in checks]}


def check(found: Check) -> Document:
    """One line of the go / no-go page."""
    return {
        "name": found.name,
        "ok": found.ok,
        "level": found.level.value,
        "detail": found.detail,
        "fix": found.fix,
    }


def held_bib(one: Held) -> Document:
    """One person's time with a bib."""
    return {
        "participant_id": identity(one.participant_id),
        "name": one.name or None,
        "race_id": identity(one.race_id),
        "since": instant(one.since),
        "until": instant(one.until),
        "who": one.who,
        "door": one.door,
        "reason": one.reason,
    }


def worn_bib(one: Worn) -> Document:
    """Somebody wearing a bib at a scoring system."""
    return {
        "provider": one.provider,
        "account_id": identity(one.account_id),
        "remote_event_id": one.remote_event_id,
        "participant_id": identity(one.participant_id),
        "name": one.name or None,
        "race_id": identity(one.race_id),
        "state": one.state.value,
        "reason": one.reason,
        "seen_at": instant(one.seen_at),
    }


def inbox_item(item: Item) -> Document:
    """Something that needs a person, or what was decided about it."""
    return {
        "id": identity(item.id),
        "kind": item.kind.value,
        "event_id": identity(item.event_id),
        "participant_id": identity(item.participant_id),
        "participants": [identity(its_id) for its_id in item.detail.get("participants", ())],
        "name": item.name or None,
        "bib": item.bib,
        "provider": item.provider,
        "job_id": identity(item.job_id),
        "account_id": identity(item.account_id),
        "field": item.field,
        "base": item.base,
        "ours": item.ours,
        "theirs": item.theirs,
        "reason": item.reason,
        "next_free": item.detail.get("next_free"),
        "choices": [choice.value for choice in item.choices],
        "opened_at": instant(item.opened_at),
        "decision": item.decision,
        "value": item.value,
        "decided_at": instant(item.decided_at),
        "decided_by": item.decided_by,
        "door": item.door,
    }

"""Decisions about what is in the inbox: each with what it does, in one transaction, undoable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, update

from p88console.domain.errors import UsageFault
from p88console.domain.fields import FIELDS, as_text, typed
from p88console.domain.inbox import Decision, Kind
from p88console.domain.jobs import Direction, JobKey, Operation, Trigger
from p88console.domain.merge import Settle, Step, Version, decided, edited
from p88console.store.database.db import Tx
from p88console.store.inbox import orphans, unshown
from p88console.store.inbox import questions as inbox
from p88console.store.inbox.questions import Answer
from p88console.store.mirror import kept, removals, versions
from p88console.store.mirror.participants import PARTICIPANTS
from p88console.store.mirror.removals import Gone
from p88console.store.mirror.rules import FIELD_RULES
from p88console.store.people import bibs, edits
from p88console.store.people.edits import Act, Edit, Hand
from p88console.store.people.late import TYPED_BY
from p88console.store.windows.inbox_rows import Item
from p88console.store.work import holds, ledger, outbox, queue, returns


@dataclass(frozen=True, slots=True)
class Verdict:
    """What somebody decided: with the value that was typed, or for the whole field for good."""

    decision: Decision
    value: str | None = None
    always: bool = False


def alike(item: Item, others: Sequence[Item]) -> list[Item]:
    """The items that ask the same as this one, itself among them: kind, event, field, standing."""

    def question(one: Item) -> tuple[object, ...]:
        return one.kind, one.event_id, one.field, one.detail.get("status"), one.link_id

    return [one for one in others if question(one) == question(item)]


def resolve(tx: Tx, hand: Hand, items: Sequence[Item], verdict: Verdict) -> list[Item]:
    """Carry a decision about these open items out; they are of one event, or of none.

    Returns them as they are afterwards. Raises `UsageFault` when the decision does not apply to
    one of them, and then nothing is done.
    """
    for item in items:
        _check(item, verdict)
    event_id = items[0].event_id
    act = Act(
        event_id or 0, _action_kind(verdict), _summary(items, verdict), "decided in the inbox"
    )
    action_id = edits.open_action(tx, hand, act, _bases(tx, items))
    deed = _DEEDS[items[0].kind]
    for item in items:
        deed(tx, hand, item, verdict, action_id)
    answer = Answer(verdict.decision, hand.who, hand.door, action_id, verdict.value)
    inbox.decide(tx, [item.id for item in items], answer, hand.now)
    if verdict.always:
        _make_rule(tx, items[0], verdict, action_id)
    if event_id is not None:
        bibs.mind(tx, event_id, hand.policy.bibs, hand.now)
        outbox.enqueue_pushes(tx, event_id, Trigger.OPERATOR, hand.now, hand.operator)
    return [inbox.item(tx.connection, item.id) for item in items]


def _action_kind(verdict: Verdict) -> str:
    return "retry" if verdict.decision is Decision.RETRY else "decide"


def _check(item: Item, verdict: Verdict) -> None:
    if item.decided_at is not None:
        raise UsageFault(f"inbox item {item.id} is settled already: {item.decision}")
    if verdict.decision not in item.choices:
        ways = ", ".join(f"--{choice.value}" for choice in item.choices) or "pull again"
        raise UsageFault(
            f"{item.kind.value.replace('_', ' ')} is not settled by --{verdict.decision.value}",
            item.reason,
            f"it takes: {ways}",
        )
    if verdict.always and (item.kind is not Kind.CONFLICT or verdict.decision is Decision.VALUE):
        raise UsageFault(
            "only --mine and --theirs can be decided always", "for a field's conflicts"
        )


def _summary(items: Sequence[Item], verdict: Verdict) -> str:
    first = items[0]
    what = (
        f"{first.kind.value.replace('_', ' ')} of {first.name or first.event_name or first.reason}"
    )
    told = verdict.decision.value + (f" {verdict.value!r}" if verdict.value is not None else "")
    more = f" and {len(items) - 1} more" if len(items) > 1 else ""
    return f"{what}{more}: {told}"


def _bases(tx: Tx, items: Sequence[Item]) -> list[list[object]]:
    """The versions of the fields in question, as they are before the decision."""
    found: list[list[object]] = []
    for item in items:
        if item.field not in FIELDS or item.participant_id is None:
            continue
        row = edits.rows_of(tx.connection, [item.participant_id])[0]
        ours = as_text(row[item.field])
        known = versions.of(tx.connection, [item.participant_id]).get(item.participant_id, {})
        version = known.get(item.field) or Version(ours, ours)
        was = (version.base, version.theirs, version.set_here)
        found.append([item.participant_id, item.field, *was])
    return found


def _conflict(tx: Tx, hand: Hand, item: Item, verdict: Verdict, action_id: int) -> None:
    participant_id, name = _person(item), item.field or ""
    row = edits.rows_of(tx.connection, [participant_id])[0]
    known = versions.of(tx.connection, [participant_id]).get(participant_id, {}).get(name)
    ours, mine = as_text(row[name]), item.ours
    version = known or Version(ours, ours)
    value = {Decision.MINE: mine, Decision.THEIRS: item.theirs}.get(verdict.decision)
    if verdict.decision is Decision.VALUE:
        value = typed(name, verdict.value or "")
    step = decided(version, value)
    if "moved_from" in item.detail or TYPED_BY in item.detail:
        step = edited(ours, known, value) if value != ours else Step(ours, known)
    _write(tx, hand, item, [Edit(participant_id, name, step)], action_id)


def _removal(tx: Tx, hand: Hand, item: Item, verdict: Verdict, action_id: int) -> None:
    detail = item.detail
    said = detail.get(
        "people", [[item.participant_id, detail.get("status"), detail.get("moved_to")]]
    )
    rows = {row["id"]: row for row in edits.rows_of(tx.connection, [one[0] for one in said])}
    why = item.reason.removesuffix(removals.NOBODY)
    if verdict.decision is Decision.CONFIRM:
        why = f"{why}; confirmed by {hand.who}"
    gone = [
        Gone(rows[its_id], status, moved_to, why)
        for its_id, status, moved_to in said
        if rows[its_id]["quarantined_since"] is not None
    ]
    if verdict.decision is Decision.CONFIRM:
        removals.apply(tx, gone, hand.source, hand.now, action_id)
        return
    answer = Answer(verdict.decision, hand.who, hand.door, action_id)
    kept.keep(tx, item.event_id or 0, gone, answer, hand.now)


def _duplicate(tx: Tx, hand: Hand, item: Item, verdict: Verdict, action_id: int) -> None:
    if verdict.decision is Decision.KEEP:
        return
    participant_id = _person(item)
    value = typed("bib", verdict.value or "") if verdict.decision is Decision.VALUE else None
    row = edits.rows_of(tx.connection, [participant_id])[0]
    known = versions.of(tx.connection, [participant_id]).get(participant_id, {}).get("bib")
    step = edited(row["bib"], known, value)
    _write(tx, hand, item, [Edit(participant_id, "bib", step)], action_id)


def _refused(tx: Tx, hand: Hand, item: Item, verdict: Verdict, action_id: int) -> None:
    del action_id
    if verdict.decision is not Decision.RETRY:
        return
    if "publication_id" in item.detail:
        unshown.send_again(tx, item.detail["publication_id"], hand.now, hand.operator)
    elif item.participant_id is None:
        _pull_again(tx, hand, item)
    elif item.key == returns.return_key(item.participant_id):
        returns.forget(tx, [item.participant_id])
    else:
        ledger.forget(tx, [item.participant_id], item.link_id)


def _pull_again(tx: Tx, hand: Hand, item: Item) -> None:
    """Read the whole listing again, among it the row that could not be read."""
    if item.event_id is not None and item.account_id is not None:
        operation = Operation(item.detail.get("operation", Operation.PARTICIPANTS))
        key = JobKey(item.account_id, item.event_id, operation, Direction.PULL)
        queue.enqueue(tx, key, Trigger.OPERATOR, hand.now, full=True, by=hand.operator)


def _held(tx: Tx, hand: Hand, item: Item, verdict: Verdict, action_id: int) -> None:
    del action_id
    again = verdict.decision is Decision.RETRY
    if item.job_id is not None:
        change = queue.retry_now if again else queue.cancel
        change(tx, [item.job_id], hand.now)
    elif item.account_id is not None and again:
        holds.resume_account(tx, item.account_id, hand.now)
    elif item.account_id is not None:
        jobs = queue.held_of(tx.connection, item.account_id)
        queue.cancel(tx, jobs, hand.now)
    elif item.link_id is not None and again and item.event_id is not None:
        key = JobKey(
            ledger.account_of(tx.connection, item.link_id),
            item.event_id,
            Operation.PARTICIPANTS,
            Direction.PUSH,
        )
        queue.enqueue(tx, key, Trigger.OPERATOR, hand.now, more=True, by=hand.operator)


def _orphan(tx: Tx, hand: Hand, item: Item, verdict: Verdict, action_id: int) -> None:
    del action_id
    if verdict.decision is Decision.DROP:
        return
    person = item.participant_id
    if verdict.decision is Decision.VALUE:
        text = (verdict.value or "").strip()
        if not text.isdecimal():
            raise UsageFault(f"{text!r} is no id of a participant", "", "see: participants list")
        person = int(text)
    orphans.decided(tx, item, person, hand.now)


def _nothing(tx: Tx, hand: Hand, item: Item, verdict: Verdict, action_id: int) -> None:
    """The decision itself is all there is."""
    del tx, hand, item, verdict, action_id


def _person(item: Item) -> int:
    if item.participant_id is None:
        raise UsageFault(f"inbox item {item.id} is about nobody in particular", item.reason)
    return item.participant_id


def _write(tx: Tx, hand: Hand, item: Item, changes: list[Edit], action_id: int) -> None:
    ids = [one.participant_id for one in changes]
    rows = {row["id"]: row for row in edits.rows_of(tx.connection, ids)}
    act = Act(item.event_id or 0, "decide", "", "decided in the inbox")
    edits.write(tx, hand, act, changes, rows, action_id)
    ledger.forget(tx, ids)
    tx.connection.execute(
        update(PARTICIPANTS).where(PARTICIPANTS.c.id.in_(ids)).values(changed_at=hand.now)
    )


def _make_rule(tx: Tx, item: Item, verdict: Verdict, action_id: int) -> None:
    both = Settle.OURS if verdict.decision is Decision.MINE else Settle.THEIRS
    where = (FIELD_RULES.c.event_id == item.event_id, FIELD_RULES.c.field == item.field)
    tx.connection.execute(FIELD_RULES.delete().where(*where))
    tx.connection.execute(
        insert(FIELD_RULES).values(
            event_id=item.event_id, field=item.field, both=both.value, action_id=action_id
        )
    )


_DEEDS: dict[Kind, Callable[[Tx, Hand, Item, Verdict, int], None]] = {
    Kind.CONFLICT: _conflict,
    Kind.REMOVAL: _removal,
    Kind.DUPLICATE_BIB: _duplicate,
    Kind.REFUSED: _refused,
    Kind.HELD: _held,
    Kind.BY_HAND: _nothing,
    Kind.NO_ID: _nothing,
    Kind.ORPHAN: _orphan,
}

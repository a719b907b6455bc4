"""What a read-back says of somebody: how they stand at a scoring system, and what to ask."""

from __future__ import annotations

from dataclasses import replace

from p88console.domain.inbox import Kind
from p88console.domain.model import PushState
from p88console.domain.plan import Candidate, Step, Values, differences, worn
from p88console.providers.base import Seen
from p88console.store.work.ledger import BARE, UNSEEN, Settled


def verdict(person: Candidate, there: Seen | None, title: str) -> Settled:
    """What became of somebody who was sent to the scoring system of that `title`."""
    if there is None:
        # it may only be slow: the next push looks again before anything is said or sent
        return Settled(person.participant_id, PushState.SENT, person.remote_id, None, None, UNSEEN)
    if still_out(person, there):
        told = f"{title} still holds them as withdrawn"
        return settled(person, PushState.DIFFERS, None, told, remote_id=there.remote_id)
    wrong = differences(there.values, person.desired)
    if not wrong:
        return settled(person, PushState.VERIFIED, there.values, remote_id=there.remote_id)
    before = person.acknowledged or {}
    kept = all(there.values.get(name) == before.get(name) for name in wrong)
    told = "; ".join(f"{name} is {is_!r}, not {want!r}" for name, (is_, want) in wrong.items())
    if kept:
        state, reason = PushState.IGNORED, f"ignored by {title}: {told}"
    else:
        state, reason = PushState.DIFFERS, f"{title} holds something else: {told}"
    return settled(person, state, there.values, reason, remote_id=there.remote_id)


def settled(
    person: Candidate,
    state: PushState,
    values: Values | None,
    reason: str | None = None,
    *,
    remote_id: str | None = None,
) -> Settled:
    """A verdict that stands until the person changes here: nothing loops on a refused field."""
    if state is PushState.VERIFIED and person.undecided:
        state = PushState.HELD
        reason = f"{', '.join(person.undecided)} waits for a decision in the inbox"
    asks = state in (PushState.REFUSED, PushState.DIFFERS, PushState.IGNORED)
    return Settled(
        person.participant_id,
        state,
        remote_id or person.remote_id,
        values,
        person.mirror_hash,
        reason,
        Kind.REFUSED if asks else None,
    )


def unsent(person: Candidate) -> Settled:
    """As before it was tried."""
    held = person.acknowledged
    return Settled(person.participant_id, PushState.UNSENT, person.remote_id, held, None)


def seen_again(person: Candidate, there: Seen | None) -> Settled:
    """Somebody whose last sending was in doubt, as they are there; the plan compares again."""
    if there is None and person.unseen:
        return settled(person, PushState.DIFFERS, None, UNSEEN)
    held = there.values if there and not still_out(person, there) else None
    its_id = there.remote_id if there else None
    told = (_freed(person, held) or person.bare) if held and not held.get("bib") else None
    return Settled(person.participant_id, PushState.UNSENT, its_id, held, None, told)


def bare(person: Candidate, there: Seen, title: str) -> Settled:
    """Somebody who gave a bib up for another: the new one follows, unless they are gone."""
    if person.gone:
        return left(person, there, title)
    told = _freed(person, there.values) or f"bib {there.values.get('bib')} was not given up"
    its_id, held = there.remote_id, there.values
    return Settled(person.participant_id, PushState.UNSENT, its_id, held, None, told)


def after_freeing(step: Step, known: Settled | None) -> Step:
    """What is still to be sent of somebody who has given a bib up meanwhile."""
    if known is None:
        return step
    person = replace(
        step.candidate,
        acknowledged=known.acknowledged,
        remote_id=known.remote_id,
        bare=known.reason,
    )
    return replace(step, candidate=person)


def _freed(person: Candidate, held: Values) -> str | None:
    was, is_ = worn(person.acknowledged)[1], worn(held)[1]
    return f"{BARE}, was {was}: the new one follows" if was and not is_ else None


def left(person: Candidate, there: Seen | None, title: str, *, unread: bool = False) -> Settled:
    """Somebody whose registration no longer stands: out there too, or to be withdrawn by hand.

    `unread` says that they are missing because they could not be read.
    """
    if there is None and not unread:
        return settled(person, PushState.VERIFIED, None, "not there any more")
    if there is not None and there.withdrawn:
        out = settled(
            person, PushState.VERIFIED, there.values, "withdrawn there", remote_id=there.remote_id
        )
        return replace(out, withdrawn=True)
    values = there.values if there else person.acknowledged
    bib = worn(values)[1]
    who = f"{bib} ({person.name})" if bib else person.name or person.our_id
    told = f"withdraw {who} at {title} by hand: the registration no longer stands"
    if person.raced:
        told += "; they have been read there, so do not delete them"
    held = settled(person, PushState.HELD, values, told)
    return replace(held, ask=Kind.BY_HAND)


def waits(person: Candidate, title: str) -> Settled:
    """Somebody whose new bib was not given up by whoever wears it there."""
    reason = f"bib {person.desired.get('bib')} was not given up at {title} by whoever wore it"
    return held_back(person, reason, asks=True)


def blocked(step: Step) -> Settled:
    """Somebody whom the plan must not send; every push looks at them again."""
    return held_back(step.candidate, step.reason, asks=step.asks)


def held_back(person: Candidate, reason: str, *, asks: bool) -> Settled:
    """Somebody who is not sent for a reason that another push may find gone."""
    return Settled(
        person.participant_id,
        PushState.HELD,
        person.remote_id,
        person.acknowledged,
        None,
        reason,
        Kind.HELD if asks else None,
    )


def still_out(person: Candidate, there: Seen) -> bool:
    """Whether the far side holds somebody as withdrawn who was to take part again."""
    return there.withdrawn and person.acknowledged is None and not person.gone

"""Verdicts of a push: into the ledger, and into the inbox where they need a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from p88console.domain.inbox import Kind
from p88console.domain.plan import Candidate
from p88console.store.database.db import Tx
from p88console.store.inbox import questions as inbox
from p88console.store.inbox.questions import STAMP, Question
from p88console.store.tenancy.events import LinkRow
from p88console.store.work import ledger
from p88console.store.work.ledger import UNMAPPED, Settled


def settle(tx: Tx, link: LinkRow, outcomes: Sequence[Settled], now: datetime) -> None:
    """Write down what the far side is now known to hold, and ask what a person must decide."""
    ledger.settle(tx, link.id, outcomes, now)
    asked = [outcome for outcome in outcomes if outcome.ask is not None]
    inbox.ask(tx, [_question(link, outcome) for outcome in asked], now)
    open_now = {_key(link, outcome, Kind.REFUSED) for outcome in asked if not _by_hand(outcome)}
    open_now |= {_key(link, outcome, Kind.BY_HAND) for outcome in asked if _by_hand(outcome)}
    met = {outcome.participant_id: outcome for outcome in outcomes}
    asked_before = inbox.open_at(tx.connection, link.id, list(met))
    kinds = (Kind.REFUSED, Kind.BY_HAND)
    about = {_key(link, met[its_id], kind) for its_id in asked_before for kind in kinds}
    inbox.settle(tx, about - open_now, "settled there", now)


def _by_hand(outcome: Settled) -> bool:
    return outcome.ask is Kind.BY_HAND


def _key(link: LinkRow, outcome: Settled, kind: Kind) -> str:
    what = "withdraw" if kind is Kind.BY_HAND else "push"
    return f"{what}:{link.id}:{outcome.participant_id}"


def _question(link: LinkRow, outcome: Settled) -> Question:
    kind = outcome.ask or Kind.REFUSED
    stamp = "withdraw" if _by_hand(outcome) else f"{outcome.mirror_hash}:{outcome.reason}"
    return Question(
        key=_key(link, outcome, kind),
        kind=kind,
        reason=outcome.reason or "",
        event_id=link.event_id,
        participant_id=outcome.participant_id,
        link_id=link.id,
        detail={STAMP: stamp},
    )


def mind_unmapped(tx: Tx, link: LinkRow, people: Iterable[Candidate], now: datetime) -> None:
    """One question for all whose race is linked to none at the far side."""
    count, key = sum(1 for _ in people), f"unmapped:{link.id}"
    if not count:
        inbox.settle(tx, [key], "mapped", now)
        return
    question = Question(
        key=key,
        kind=Kind.HELD,
        reason=f"{count} people cannot be sent to {link.remote_name}: {UNMAPPED}",
        event_id=link.event_id,
        link_id=link.id,
        detail={STAMP: None, "count": count},
    )
    inbox.ask(tx, [question], now)

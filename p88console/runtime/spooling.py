"""Edits while the shared database is away: kept on this machine, applied when it is back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from p88console.domain.errors import StoreFault, UsageFault
from p88console.domain.fields import typed
from p88console.engine.shop import Shop
from p88console.runtime.reading import read_fields
from p88console.store.database.db import Tx
from p88console.store.database.spool import Deed, Spool, Typed
from p88console.store.people import edits, late
from p88console.store.people import lists as people
from p88console.store.people.edits import Done, Hand
from p88console.store.tenancy import events
from p88console.system.home import Home

log = logging.getLogger(__name__)

LOOK_S = 5.0
"""Machine seconds between looks whether what was kept can be applied."""


def spool_of(home: Home) -> Spool:
    """This machine's spool for the home's shared database."""
    from p88console.store.database import postgres  # noqa: PLC0415  # an extra's driver

    return Spool(home.spool, postgres.shown(postgres.parsed(home.shared or "")))


def keep(home: Home, one: Typed) -> Done:
    """Keep what was typed until the shared database is back.

    Raises `UsageFault` for what can be seen to be wrong without it, `StoreFault` where this
    machine cannot keep it either.
    """
    for name, text in one.about.get("texts", {}).items():
        if name not in ("race", "race_id", "status"):
            typed(name, text)
    spool_of(home).keep(one)
    ids = [
        one.about[name] for name in ("participant_id", "first_id", "second_id") if name in one.about
    ]
    told = f"{_in_words(one)}: kept on this machine, applied when the shared database is back"
    return Done(None, told, tuple(ids), kept=True)


def document(done: Done) -> dict[str, Any]:
    """What was kept, for other programs."""
    ids = [str(one) for one in done.participant_ids]
    return {"kept": True, "participant_ids": ids, "summary": done.summary}


async def apply(home: Home, shop: Shop, nudge: Callable[[], None]) -> list[str]:
    """Apply what was kept, oldest first, as far as the shared database answers; then `nudge`.

    Returns what became of each, in words. What cannot be applied is handed to a person.
    """
    if home.shared is None or not home.spool.exists():
        return []
    spool, told = spool_of(home), list[str]()
    try:
        for one in await asyncio.to_thread(spool.waiting):
            told.append(await _apply(shop, one))
            await asyncio.to_thread(spool.drop, one.id)
            log.info("typed earlier, now applied: %s", told[-1])
    except StoreFault as fault:
        log.warning("what was typed is kept on: %s", fault)
    if told:
        nudge()
    return told


async def _apply(shop: Shop, one: Typed) -> str:
    # a reason of its own for each, so that what was applied already is known again
    at = f"{one.typed_at:%Y-%m-%d %H:%M:%S} UTC"
    reason = f"typed {at} while the shared database was away ({one.token})"
    policy_of, now = shop.settings.policy_of, shop.clock.now()

    def write(tx: Tx) -> str:
        hand = Hand(one.who, one.door, now)
        try:
            if late.is_applied(tx.connection, reason):
                return f"{_in_words(one)}: was applied already"
            event_id = _event_id(tx, one)
            hand = Hand(one.who, one.door, now, policy_of(event_id))
            return _carry_out(tx, hand, one, event_id, reason).summary
        except UsageFault as fault:
            why = f"{_in_words(one)}, {reason}, could not be done: {fault}"
            late.hand_over(tx, hand, f"typed:{one.token}", why, one.about.get("participant_id"))
            return why

    return await shop.db.write(write)


def _event_id(tx: Tx, one: Typed) -> int:
    its_id = one.about.get("participant_id", one.about.get("first_id"))
    if its_id is None:
        return int(one.about["event_id"])
    return int(people.participant(tx.connection, its_id)[0].row["event_id"])


def _carry_out(tx: Tx, hand: Hand, one: Typed, event_id: int, reason: str) -> Done:
    about = one.about
    if one.deed is Deed.SWAP:
        return late.swap_bibs(tx, hand, about["first_id"], about["second_id"], one.seen_at, reason)
    values = read_fields(events.event(tx.connection, event_id), about["texts"])
    if one.deed is Deed.EDIT:
        seen = about.get("seen", one.seen_at)
        return late.edit(tx, hand, about["participant_id"], values, seen, reason)
    if late.is_added(tx.connection, event_id, one.token):
        return Done(None, f"{_in_words(one)}: was applied already", ())
    return edits.add(tx, hand, event_id, one.token, values)


def _in_words(one: Typed) -> str:
    about = one.about
    if one.deed is Deed.SWAP:
        return f"swap the bibs of participants {about['first_id']} and {about['second_id']}"
    fields = ", ".join(f"{name} {text!r}" for name, text in about["texts"].items())
    if one.deed is Deed.ADD:
        return f"register {fields}"
    return f"participant {about['participant_id']}: {fields}"

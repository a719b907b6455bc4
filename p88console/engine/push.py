"""Pushes: plan → apply → verify, row by row in the ledger, so that a crash repeats nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing, suppress
from dataclasses import replace
from typing import TypeVar

from p88console.domain.errors import P88Error, ProviderFault, Rejected, Transient, VerbRefused
from p88console.domain.jobs import Counts
from p88console.domain.model import Provider, PushState
from p88console.domain.outcome import about_rows
from p88console.domain.plan import (
    Action,
    Candidate,
    Plan,
    Step,
    clear_the_way,
    freeing,
    make_plan,
    worn,
)
from p88console.engine.farside import entry_of, read_back, taking_people
from p88console.engine.pull import target_of
from p88console.engine.returns import send_bibs_back
from p88console.engine.shop import Shop, Ticket
from p88console.engine.verdict import (
    after_freeing,
    bare,
    blocked,
    left,
    seen_again,
    settled,
    unsent,
    verdict,
    waits,
)
from p88console.engine.withdrawals import ask_to_withdraw
from p88console.providers.base import ScoringTarget, TakesParticipants, Withdraws
from p88console.store.people import bibs
from p88console.store.tenancy import events
from p88console.store.tenancy.events import LinkRow
from p88console.store.work import ledger, verdicts
from p88console.store.work.ledger import GONE, Settled

REFUSALS_IN_A_ROW = 10
"""After so many rows refused one after the other without a taken one, it is not the rows."""

T = TypeVar("T")


async def push_participants(ticket: Ticket) -> None:
    """Bring every scoring event that is linked through this account up to date.

    To where its people registered, an event sends bibs.
    """
    shop, job = ticket.shop, ticket.job
    event = await shop.db.read(events.event, job.event_id or 0)
    if event.account_id == job.account_id:
        await send_bibs_back(ticket, event)
        return
    adapter = taking_people(await shop.adapters.of(job.account_id))
    for link in event.links:
        if link.account_id == job.account_id and link.takes_people:
            await _Push(ticket, adapter, link).run()


async def plan_push(
    shop: Shop, link: LinkRow, adapter: TakesParticipants, *, everyone: bool
) -> Plan:
    """What a push of this link would do at this moment."""
    fields = adapter.push_traits.fields
    people = await shop.db.read(ledger.candidates, link.id, fields, everyone=everyone)
    if isinstance(adapter, Withdraws):
        people = [replace(one, stopped=GONE) if one.gone else one for one in people]
    rules = shop.settings.policy_of(link.event_id).bibs
    plan = make_plan(people, await shop.db.read(bibs.blocked, link.event_id, rules))
    given = {bib for step in plan.outgoing if (bib := step.candidate.desired.get("bib"))}
    if not given:
        return plan
    there = await shop.db.read(ledger.holders, link.id, fields, given)
    return clear_the_way(plan, {worn(one.acknowledged): one for one in there})


class _Push:
    """One push of one link, from what is in doubt to what is verified."""

    def __init__(self, ticket: Ticket, adapter: TakesParticipants, link: LinkRow) -> None:
        self.ticket = ticket
        self.shop = ticket.shop
        self.adapter = adapter
        self.link = link
        self.target: ScoringTarget = target_of(link)
        self.refusals = 0
        self.title = Provider(link.provider).title
        self.traits = adapter.push_traits

    async def run(self) -> None:
        unread = await self._settle_doubts()
        plan = await plan_push(self.shop, self.link, self.adapter, everyone=self.ticket.job.full)
        out = await self._settle_unsent_steps(plan)
        # whoever could not be read is neither sent again nor keeps the others waiting
        steps = [step for step in plan.outgoing if step.candidate.state is not PushState.SENT]
        holding = [step for step in plan.of(Action.FREE) if step.candidate.our_id not in out]
        steps = await self._free([*holding, *freeing(steps)], steps)
        taken = await self._send_all(steps)
        await self._verify([step.candidate for step in taken])
        waiting = await self.shop.db.read(ledger.waiting_for_person, self.link.id)
        self.ticket.counts += _counted(taken) + Counts(refused=len(waiting))
        self.ticket.touched.note("refused", waiting)
        for action in (Action.CREATE, Action.UPDATE):
            people = [step.candidate.participant_id for step in taken if step.action is action]
            self.ticket.touched.note(f"{action.value}d", people)
            self.ticket.touched.note("sent", people)
        if unread is not None:
            raise unread

    async def _free(self, first: Sequence[Step], steps: list[Step]) -> list[Step]:
        """Have bibs given up before anybody else is sent them; returns whom that lets through.

        It is read back: where a bib was not given up, nobody else gets it.
        """
        if not first:
            return steps
        sent = await self._send_all(first)
        people = [step.candidate for step in sent]
        seen, unread = await read_back(self.adapter, self.target, people) if people else ({}, None)
        found = [(one, seen[one.our_id]) for one in people if one.our_id in seen]
        outcomes = [bare(person, there, self.title) for person, there in found]
        await self._write(outcomes)
        if unread is not None:
            raise unread
        still = {worn(one.values) for one in seen.values()}
        still |= {worn(step.candidate.acknowledged) for step in first if step not in sent}
        known = {one.participant_id: one for one in outcomes}
        steps = [after_freeing(step, known.get(step.candidate.participant_id)) for step in steps]
        kept = [step for step in steps if worn(step.candidate.desired) in still]
        await self._write([waits(step.candidate, self.title) for step in kept])
        return [step for step in steps if step not in kept]

    async def _settle_doubts(self) -> ProviderFault | None:
        """Whoever was sent and never confirmed is read before anything is sent again.

        Returns the fault that kept some of them unread while others could be.
        """
        doubtful = await self._doubtful()
        if not doubtful:
            return None
        seen, unread = await read_back(self.adapter, self.target, doubtful)
        outcomes = []
        for person in doubtful:
            there = seen.get(person.our_id)
            if there is None and unread is not None:
                continue
            outcomes.append(seen_again(person, there))
        await self._write(outcomes)
        if unread is not None and not isinstance(unread, Transient):
            raise unread
        return unread

    async def _doubtful(self) -> list[Candidate]:
        """Whoever was sent and never confirmed; after a restore, whoever was not read since."""
        read, link_id, fields = self.shop.db.read, self.link.id, self.adapter.push_traits.fields
        doubtful = await read(ledger.candidates, link_id, fields, in_doubt=True)
        if self.link.restored_at is not None:  # another laptop may have sent anything to anybody
            unread = await read(ledger.unread, link_id, self.link.restored_at)
            unread -= {person.participant_id for person in doubtful}
            everyone = await read(ledger.candidates, link_id, fields, everyone=True)
            doubtful += [
                one for one in everyone if one.participant_id in unread and not one.stopped
            ]
        return doubtful

    async def _settle_unsent_steps(self, plan: Plan) -> set[str]:
        """Write down whom the plan leaves alone: already equal, blocked, or no longer registered.

        Returns who of the last is out at the scoring system and keeps nobody's bib, by our id.
        """
        outcomes = [
            settled(person, PushState.VERIFIED, person.acknowledged) for person in plan.settled
        ]
        gone, out = await self._withdrawn(plan)
        outcomes += gone
        stopped = plan.of(Action.BLOCKED)
        outcomes += map(blocked, stopped)
        unmapped = [step.candidate for step in stopped if step.reason == ledger.UNMAPPED]
        await self.ticket.write(verdicts.mind_unmapped, self.link, unmapped, self.shop.clock.now())
        await self._write(outcomes)
        self.ticket.counts += Counts(unchanged=len(plan.settled))
        self.ticket.touched.note("unchanged", (one.participant_id for one in plan.settled))
        return out

    async def _withdrawn(self, plan: Plan) -> tuple[list[Settled], set[str]]:
        """Who is no longer registered: out there too, or to be withdrawn by hand.

        Beside it, who of them is out and keeps nobody's bib, by our id.
        """
        waiting = await self.shop.db.read(ledger.by_hand, self.link.id, self.traits.fields)
        people = {person.our_id: person for person in waiting}
        people |= {step.candidate.our_id: step.candidate for step in plan.of(Action.WITHDRAW)}
        if not people:
            return [], set()
        wanted = {worn(step.candidate.desired) for step in plan.outgoing}
        asked = list(people.values())
        if isinstance(self.adapter, Withdraws):
            await ask_to_withdraw(self.adapter, self.target, asked, wanted)
        seen, unread = await read_back(self.adapter, self.target, asked)
        outcomes = {
            our_id: left(person, seen.get(our_id), self.title, unread=unread is not None)
            for our_id, person in people.items()
        }
        if isinstance(self.adapter, Withdraws):
            out = [one for one in outcomes.values() if one.state is PushState.VERIFIED]
            self.ticket.counts += Counts(sent=len(out), verified=len(out))
            for kind in ("withdrawn", "sent", "verified"):
                self.ticket.touched.note(kind, (one.participant_id for one in out))
        free = {
            our_id
            for our_id, one in outcomes.items()
            if one.state is PushState.VERIFIED and worn(one.acknowledged) not in wanted
        }
        return list(outcomes.values()), free

    async def _send_all(self, steps: Sequence[Step]) -> list[Step]:
        """Send everybody; returns who was taken.

        The first batch goes alone: what refuses one for its form would refuse them all.
        """
        taken: list[Step] = []
        batches = list(_batches(steps, self.traits.batch_size))
        first, *others = batches[:1], *_batches(batches[1:], self.traits.at_once)
        await self._send_wave(await self._mark_wave(first), taken, len(steps))
        async with aclosing(self._marked_ahead(others)) as waves:
            async for wave in waves:
                await self._send_wave(wave, taken, len(steps))
        return taken

    async def _send_wave(
        self, wave: Sequence[Sequence[Step]], taken: list[Step], total: int
    ) -> None:
        """Send batches that are marked together, and add who was taken."""
        answers = await asyncio.gather(*map(self._send_marked, wave), return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
            taken += answer
        await self.ticket.progress(len(taken), total)

    async def _marked_ahead(
        self, waves: Sequence[Sequence[Sequence[Step]]]
    ) -> AsyncGenerator[list[list[Step]], None]:
        """Waves of batches as they are marked, the next one while one is under way.

        A wave that is marked and, because the one before it broke off, not sent is taken back;
        where even that fails, it is in doubt like any other and will be read back.
        """
        left = iter(waves)
        coming = asyncio.ensure_future(self._mark_wave(next(left, [])))
        try:
            while wave := await coming:
                coming = asyncio.ensure_future(self._mark_wave(next(left, [])))
                yield wave
        finally:
            (marked,) = await asyncio.gather(coming, return_exceptions=True)
            if not isinstance(marked, BaseException):
                with suppress(P88Error):
                    await self._write([unsent(one.candidate) for batch in marked for one in batch])

    async def _mark_wave(self, wave: Sequence[Sequence[Step]]) -> list[list[Step]]:
        """Mark all batches of a wave in one write; returns them as they may be sent."""
        marked = await self._mark([step for batch in wave for step in batch]) if wave else []
        current = {step.candidate.participant_id for step in marked}
        return [
            [step for step in batch if step.candidate.participant_id in current] for batch in wave
        ]

    async def _send(self, steps: Sequence[Step]) -> list[Step]:
        """Mark a batch and send it; returns who was taken."""
        return await self._send_marked(await self._mark(steps))

    async def _mark(self, steps: Sequence[Step]) -> list[Step]:
        """Write down who is about to be sent, before anybody is; returns whom it may be sent for.

        Whoever changed here since the plan was made is left to the push that the change queued.
        """
        sent = [(step.candidate, step.candidate.desired) for step in steps]
        current = await self.ticket.write(
            ledger.mark_sent, self.link.id, sent, self.shop.clock.now()
        )
        return [step for step in steps if step.candidate.participant_id in current]

    async def _send_marked(self, steps: Sequence[Step]) -> list[Step]:
        """Send a batch; one that is refused is halved until the offending row stands alone."""
        if not steps:
            return []
        try:
            await self.adapter.send(self.target, [entry_of(step.candidate) for step in steps])
        except VerbRefused:  # nobody was taken, so there is nothing in doubt
            await self._write([unsent(step.candidate) for step in steps])
            raise
        except Rejected as fault:
            if not about_rows(fault):
                raise
            if len(steps) == 1:
                await self._refuse(steps[0], fault)
                return []
            half = len(steps) // 2
            return await self._send(steps[:half]) + await self._send(steps[half:])
        self.refusals = 0
        return list(steps)

    async def _refuse(self, step: Step, fault: Rejected) -> None:
        self.refusals += 1
        if self.refusals >= REFUSALS_IN_A_ROW:
            raise fault
        person = step.candidate
        told = fault.detail or fault.title
        await self._write([settled(person, PushState.REFUSED, person.acknowledged, told)])

    async def _verify(self, people: Sequence[Candidate]) -> None:
        """Read everybody back who was sent, and write down what is really there."""
        if not people:
            return
        seen, unread = await read_back(self.adapter, self.target, people)
        known = people if unread is None else [one for one in people if one.our_id in seen]

        def judged() -> list[Settled]:
            return [verdict(person, seen.get(person.our_id), self.title) for person in known]

        outcomes = await asyncio.to_thread(judged)  # a whole field would keep keys waiting
        await self._write(outcomes)
        sound = (PushState.VERIFIED, PushState.HELD)
        good = [one.participant_id for one in outcomes if one.state in sound]
        unseen = [one.participant_id for one in outcomes if one.state is PushState.SENT]
        self.ticket.counts += Counts(verified=len(good), refused=len(unseen))
        self.ticket.touched.note("verified", good)
        self.ticket.touched.note("refused", unseen)
        if unread is not None:
            raise unread

    async def _write(self, outcomes: Sequence[Settled]) -> None:
        if outcomes:
            await self.ticket.write(verdicts.settle, self.link, outcomes, self.shop.clock.now())


def _batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _counted(taken: Sequence[Step]) -> Counts:
    created = sum(step.action is Action.CREATE for step in taken)
    return Counts(created=created, updated=len(taken) - created, sent=len(taken))

"""Pushes: plan → apply → verify, row by row in the ledger, so that a crash repeats nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from p88console.domain.errors import NotOffered, ProviderFault, Rejected, Transient
from p88console.domain.inbox import Kind
from p88console.domain.jobs import Counts
from p88console.domain.model import Provider, PushState
from p88console.domain.outcome import about_rows
from p88console.domain.plan import (
    Action,
    Candidate,
    Plan,
    Step,
    Values,
    clear_the_way,
    differences,
    make_plan,
    worn,
)
from p88console.engine.pull import target_of
from p88console.engine.shop import Shop, Ticket
from p88console.providers.base import Entry, PushTraits, ScoringTarget, Seen, TakesParticipants
from p88console.store import bibs, events, ledger, verdicts
from p88console.store.events import LinkRow
from p88console.store.ledger import UNSEEN, Settled

REFUSALS_IN_A_ROW = 10
"""After so many rows refused one after the other without a taken one, it is not the rows."""


async def push_participants(ticket: Ticket) -> None:
    """Bring every scoring event that is linked through this account up to date."""
    shop, job = ticket.shop, ticket.job
    adapter = await shop.adapters.of(job.account_id)
    if not isinstance(adapter, TakesParticipants):
        raise NotOffered(job.provider, "taking participants")
    event = await shop.db.read(events.event, job.event_id or 0)
    for link in event.links:
        if link.account_id == job.account_id and link.takes_people:
            await _Push(ticket, adapter, link).run()


async def plan_push(shop: Shop, link: LinkRow, traits: PushTraits, *, everyone: bool) -> Plan:
    """What a push of this link would do at this moment."""
    people = await shop.db.read(ledger.candidates, link.id, traits.fields, everyone=everyone)
    rules = shop.settings.policy_of(link.event_id).bibs
    plan = make_plan(people, await shop.db.read(bibs.blocked, link.event_id, rules))
    given = {place[1] for step in plan.outgoing if (place := worn(step.candidate.desired))[1]}
    if not given:
        return plan
    there = await shop.db.read(ledger.holders, link.id, traits.fields, given)
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
        traits = self.adapter.push_traits
        plan = await plan_push(self.shop, self.link, traits, everyone=self.ticket.job.full)
        await self._settle_unsent_steps(plan)
        # whoever could not be read is neither sent again nor keeps the others waiting
        steps = [step for step in plan.outgoing if step.candidate.state is not PushState.SENT]
        steps = await self._free([*plan.of(Action.FREE), *freeing(steps)], steps)
        taken: list[Step] = []
        for batch in _batches(steps, traits.batch_size):
            taken += await self._send(batch)
            await self.ticket.progress(len(taken), len(steps))
        await self._verify([step.candidate for step in taken])
        waiting = await self.shop.db.read(ledger.waiting_for_person, self.link.id)
        self.ticket.counts += _counted(taken) + Counts(refused=waiting)
        if unread is not None:
            raise unread

    async def _free(self, first: Sequence[Step], steps: list[Step]) -> list[Step]:
        """Have bibs given up before anybody else is sent them; returns whom that lets through.

        It is read back: where a bib was not given up, nobody else gets it.
        """
        if not first:
            return steps
        size = self.adapter.push_traits.batch_size
        sent = [step for batch in _batches(first, size) for step in await self._send(batch)]
        people = [step.candidate for step in sent]
        seen, unread = await self._read_back(people) if people else ({}, None)
        outcomes = []
        for person in people:
            there = seen.get(person.our_id)
            if there is not None:
                was = worn(person.acknowledged)[1]
                told = f"has no bib there, was {was}: the new one follows"
                known = replace(person, remote_id=there.remote_id)
                freed = Settled(
                    person.participant_id,
                    PushState.HELD if person.gone else PushState.UNSENT,
                    known.remote_id,
                    there.values,
                    person.mirror_hash if person.gone else None,
                    self._by_hand(person) if person.gone else told,
                    Kind.BY_HAND if person.gone else None,
                )
                outcomes.append(freed)
        await self._write(outcomes)
        if unread is not None:
            raise unread
        still = {worn(one.values) for one in seen.values()}
        still |= {worn(step.candidate.acknowledged) for step in first if step not in sent}
        kept = [step for step in steps if worn(step.candidate.desired) in still]
        await self._write([self._waits(step.candidate) for step in kept])
        return [step for step in steps if step not in kept]

    def _waits(self, person: Candidate) -> Settled:
        bib = person.desired.get("bib")
        reason = f"bib {bib} was not given up at {self.title} by whoever wore it"
        return Settled(
            person.participant_id,
            PushState.HELD,
            person.remote_id,
            person.acknowledged,
            None,
            reason,
            Kind.HELD,
        )

    def _by_hand(self, person: Candidate) -> str:
        bib = worn(person.acknowledged)[1]
        who = f"{bib} ({person.name})" if bib else person.name or person.our_id
        return f"withdraw {who} at {self.title} by hand: the registration no longer stands"

    async def _settle_doubts(self) -> ProviderFault | None:
        """Whoever was sent and never confirmed is read before anything is sent again.

        Returns the fault that kept some of them unread while others could be.
        """
        doubtful = await self._doubtful()
        if not doubtful:
            return None
        seen, unread = await self._read_back(doubtful)
        outcomes = []
        for person in doubtful:
            there = seen.get(person.our_id)
            if there is None and unread is not None:
                continue
            if there is None and person.unseen:
                outcomes.append(_settled(person, PushState.DIFFERS, None, UNSEEN))
                continue
            # without a mirror hash the plan compares again, now with what was really there
            outcomes.append(
                Settled(
                    person.participant_id,
                    PushState.UNSENT,
                    there.remote_id if there else None,
                    there.values if there else None,
                    None,
                )
            )
        await self._write(outcomes)
        if unread is not None and not isinstance(unread, Transient):
            raise unread
        return unread

    async def _doubtful(self) -> list[Candidate]:
        """Whoever was sent and never confirmed; after a restore, whoever was not read since."""
        read, link_id, fields = self.shop.db.read, self.link.id, self.adapter.push_traits.fields
        people = await read(ledger.candidates, link_id, fields)
        doubtful = [person for person in people if person.state is PushState.SENT]
        if self.link.restored_at is not None:  # another laptop may have sent anything to anybody
            unread = await read(ledger.unread, link_id, self.link.restored_at)
            unread -= {person.participant_id for person in doubtful}
            everyone = await read(ledger.candidates, link_id, fields, everyone=True)
            doubtful += [
                one for one in everyone if one.participant_id in unread and not one.stopped
            ]
        return doubtful

    async def _settle_unsent_steps(self, plan: Plan) -> None:
        """Write down whom the plan leaves alone: already equal, blocked, or to be withdrawn."""
        outcomes = [
            _settled(person, PushState.VERIFIED, person.acknowledged) for person in plan.settled
        ]
        outcomes += await self._withdrawn(plan.of(Action.WITHDRAW))
        blocked = plan.of(Action.BLOCKED)
        outcomes += [
            # a bib worn twice is looked at again by every push
            Settled(
                step.candidate.participant_id,
                PushState.HELD,
                step.candidate.remote_id,
                step.candidate.acknowledged,
                None,
                step.reason,
            )
            for step in blocked
        ]
        unmapped = [step.candidate for step in blocked if step.reason == ledger.UNMAPPED]
        await self.shop.db.write(verdicts.mind_unmapped, self.link, unmapped, self.shop.clock.now())
        await self._write(outcomes)
        self.ticket.counts += Counts(unchanged=len(plan.settled))

    async def _withdrawn(self, steps: Sequence[Step]) -> list[Settled]:
        """Who is no longer registered: gone there too, or to be withdrawn by hand."""
        waiting = await self.shop.db.read(ledger.by_hand, self.link.id, self.traits.fields)
        people = {person.participant_id: person for person in waiting}
        people |= {step.candidate.participant_id: step.candidate for step in steps}
        if not people:
            return []
        seen, unread = await self._read_back(list(people.values()))
        outcomes = []
        for person in people.values():
            there = seen.get(person.our_id)
            if there is None and unread is None:
                outcomes.append(_settled(person, PushState.VERIFIED, None))
                continue
            values = there.values if there else person.acknowledged
            known = replace(person, acknowledged=values)
            held = _settled(known, PushState.HELD, values, self._by_hand(known))
            outcomes.append(replace(held, ask=Kind.BY_HAND))
        return outcomes

    async def _send(self, steps: Sequence[Step]) -> list[Step]:
        """Send a batch; one that is refused is halved until the offending row stands alone.

        Whoever changed here since the plan was made is left to the push that the change queued.
        """
        sent = [(step.candidate, step.candidate.desired) for step in steps]
        current = await self.shop.db.write(
            ledger.mark_sent, self.link.id, sent, self.shop.clock.now()
        )
        steps = [step for step in steps if step.candidate.participant_id in current]
        if not steps:
            return []
        try:
            await self.adapter.send(self.target, [_entry(step.candidate) for step in steps])
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
        await self._write(
            [_settled(person, PushState.REFUSED, person.acknowledged, fault.detail or fault.title)]
        )

    async def _verify(self, people: Sequence[Candidate]) -> None:
        """Read everybody back who was sent, and write down what is really there."""
        if not people:
            return
        seen, unread = await self._read_back(people)
        known = people if unread is None else [one for one in people if one.our_id in seen]
        outcomes = [self._verdict(person, seen.get(person.our_id)) for person in known]
        await self._write(outcomes)
        sound = (PushState.VERIFIED, PushState.HELD)
        good = sum(outcome.state in sound for outcome in outcomes)
        unseen = sum(outcome.state is PushState.SENT for outcome in outcomes)
        self.ticket.counts += Counts(verified=good, refused=unseen)
        if unread is not None:
            raise unread

    def _verdict(self, person: Candidate, there: Seen | None) -> Settled:
        if there is None:
            # it may only be slow: the next push looks again before anything is said or sent
            return Settled(
                person.participant_id, PushState.SENT, person.remote_id, None, None, UNSEEN
            )
        wrong = differences(there.values, person.desired)
        if not wrong:
            return _settled(person, PushState.VERIFIED, there.values, remote_id=there.remote_id)
        before = person.acknowledged or {}
        kept = all(there.values.get(name) == before.get(name) for name in wrong)
        told = "; ".join(f"{name} is {is_!r}, not {want!r}" for name, (is_, want) in wrong.items())
        if kept:
            state, reason = PushState.IGNORED, f"ignored by {self.title}: {told}"
        else:
            state, reason = PushState.DIFFERS, f"{self.title} holds something else: {told}"
        return _settled(person, state, there.values, reason, remote_id=there.remote_id)

    async def _read_back(
        self, people: Sequence[Candidate]
    ) -> tuple[dict[str, Seen], ProviderFault | None]:
        """Who is there, and the fault that kept the rest from being read; raises it if that is all.

        Without a fault whoever is missing is not there.
        """
        seen: dict[str, Seen] = {}
        try:
            async for one in self.adapter.read_back(self.target, [_entry(one) for one in people]):
                seen[one.our_id] = one
        except ProviderFault as fault:
            if not seen:
                raise
            return seen, fault
        return seen, None

    async def _write(self, outcomes: Sequence[Settled]) -> None:
        if outcomes:
            await self.shop.db.write(verdicts.settle, self.link, outcomes, self.shop.clock.now())


def freeing(steps: Sequence[Step]) -> list[Step]:
    """Who has to give up a bib first because somebody else of the plan is to wear it.

    Free, then move and fill: so no two wear the same bib at the far side at any moment.
    """
    wanted = Counter(worn(step.candidate.desired) for step in steps)
    first = []
    for step in steps:
        held, wants = worn(step.candidate.acknowledged), worn(step.candidate.desired)
        if held[1] and wanted[held] - (held == wants) > 0:
            bare = replace(step.candidate, desired={**step.candidate.desired, "bib": None})
            first.append(replace(step, candidate=bare))
    return first


def _settled(
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


def _entry(person: Candidate) -> Entry:
    return Entry(person.our_id, person.desired, person.remote_id)


def _batches(steps: Sequence[Step], size: int) -> Iterator[Sequence[Step]]:
    for start in range(0, len(steps), size):
        yield steps[start : start + size]


def _counted(taken: Sequence[Step]) -> Counts:
    created = sum(step.action is Action.CREATE for step in taken)
    return Counts(created=created, updated=len(taken) - created, sent=len(taken))

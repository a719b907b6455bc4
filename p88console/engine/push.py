"""Pushes: plan → apply → verify, row by row in the ledger, so that a crash repeats nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from p88console.domain.errors import NotOffered, ProviderFault, Rejected, Transient
from p88console.domain.jobs import Counts
from p88console.domain.model import Provider, PushState
from p88console.domain.outcome import about_rows
from p88console.domain.plan import Action, Candidate, Plan, Step, Values, differences, make_plan
from p88console.engine.pull import target_of
from p88console.engine.shop import Shop, Ticket
from p88console.providers.base import Entry, PushTraits, ScoringTarget, Seen, TakesParticipants
from p88console.store import events, ledger
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
    taken = await shop.db.read(ledger.taken_bibs, link.event_id)
    return make_plan(people, taken)


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

    async def run(self) -> None:
        unread = await self._settle_doubts()
        traits = self.adapter.push_traits
        plan = await plan_push(self.shop, self.link, traits, everyone=self.ticket.job.full)
        await self._settle_unsent_steps(plan)
        # whoever could not be read is neither sent again nor keeps the others waiting
        steps = [step for step in plan.outgoing if step.candidate.state is not PushState.SENT]
        for batch in _batches(freeing(steps), traits.batch_size):
            await self._send(batch)
        taken: list[Step] = []
        for batch in _batches(steps, traits.batch_size):
            taken += await self._send(batch)
            await self.ticket.progress(len(taken), len(steps))
        await self._verify([step.candidate for step in taken])
        waiting = await self.shop.db.read(ledger.waiting_for_person, self.link.id)
        self.ticket.counts += _counted(taken) + Counts(refused=waiting)
        if unread is not None:
            raise unread

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
        blocked = plan.of(Action.BLOCKED) + plan.of(Action.WITHDRAW)
        for step in blocked:
            person, reason, judged = step.candidate, step.reason, None
            if step.action is Action.WITHDRAW:
                # told once; a bib worn twice is looked at again by every push
                reason, judged = f"{person.name} {reason} ({self.title})", person.mirror_hash
            outcomes.append(
                Settled(
                    person.participant_id,
                    PushState.HELD,
                    person.remote_id,
                    person.acknowledged,
                    judged,
                    reason,
                )
            )
        await self._write(outcomes)
        self.ticket.counts += Counts(unchanged=len(plan.settled))

    async def _send(self, steps: Sequence[Step]) -> list[Step]:
        """Send a batch; one that is refused is halved until the offending row stands alone."""
        sent = [(step.candidate, step.candidate.desired) for step in steps]
        await self.shop.db.write(ledger.mark_sent, self.link.id, sent, self.shop.clock.now())
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
        good = sum(outcome.state is PushState.VERIFIED for outcome in outcomes)
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
            await self.shop.db.write(ledger.settle, self.link.id, outcomes, self.shop.clock.now())


def freeing(steps: Sequence[Step]) -> list[Step]:
    """Who has to give up a bib first because somebody else of the plan is to wear it.

    Free, then move and fill: so no two wear the same bib at the far side at any moment.
    """
    wanted = Counter(_worn(step.candidate.desired) for step in steps)
    first = []
    for step in steps:
        held, wants = _worn(step.candidate.acknowledged or {}), _worn(step.candidate.desired)
        if held[1] and wanted[held] - (held == wants) > 0:
            bare = replace(step.candidate, desired={**step.candidate.desired, "bib": None})
            first.append(replace(step, candidate=bare))
    return first


def _worn(values: Values) -> tuple[str | None, str | None]:
    return values.get("race"), values.get("bib")


def _settled(
    person: Candidate,
    state: PushState,
    values: Values | None,
    reason: str | None = None,
    *,
    remote_id: str | None = None,
) -> Settled:
    """A verdict that stands until the person changes here: nothing loops on a refused field."""
    return Settled(
        person.participant_id,
        state,
        remote_id or person.remote_id,
        values,
        person.mirror_hash,
        reason,
    )


def _entry(person: Candidate) -> Entry:
    return Entry(person.our_id, person.desired, person.remote_id)


def _batches(steps: Sequence[Step], size: int) -> Iterator[Sequence[Step]]:
    for start in range(0, len(steps), size):
        yield steps[start : start + size]


def _counted(taken: Sequence[Step]) -> Counts:
    created = sum(step.action is Action.CREATE for step in taken)
    return Counts(created=created, updated=len(taken) - created, sent=len(taken))

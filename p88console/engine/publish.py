"""Publications: plan → apply → verify, list by list, from what the far side really shows.

Whatever happened before, a lost answer, a crash, another laptop, each attempt first reads the list
and then sends what differs; so nothing is sent twice and nothing needs a checkpoint.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from p88console.domain.errors import NotOffered, Rejected, StaleWrite, VerbRefused
from p88console.domain.jobs import Counts
from p88console.domain.model import Provider
from p88console.domain.outcome import about_rows
from p88console.domain.publication import (
    Change,
    Comparison,
    Line,
    Mode,
    PublicationState,
    RowState,
    compare,
)
from p88console.domain.removal import brake_limit
from p88console.engine.pull import event_id_of
from p88console.engine.readback import (
    first_finish,
    judged,
    named,
    pieces,
    registrations,
    split_order,
    summary,
)
from p88console.engine.shop import Ticket
from p88console.providers.publishing import (
    ListSettings,
    Outlet,
    PublishesResults,
    ShownList,
    TakesLinesBack,
)
from p88console.store.inbox import unshown
from p88console.store.results import publications
from p88console.store.results.publications import Verdict, Version
from p88console.store.tenancy import events, tenants

REFUSALS_IN_A_ROW = 10
"""From so many lines refused alone on, it is not the lines."""

STALE_TRIES = 3
"""How often a list that moves on while it is written is read again before giving up."""


class _Write(Protocol):
    async def __call__(
        self, outlet: Outlet, list_id: str, changes: Sequence[Change]
    ) -> Mapping[str, str]: ...


async def push_results(ticket: Ticket) -> None:
    """Bring every version that this job carries to the public, one race after the other."""
    job = ticket.job
    adapter = await ticket.shop.adapters.of(job.account_id)
    if not isinstance(adapter, PublishesResults):
        raise NotOffered(job.provider, "publishing results")
    event = await ticket.shop.db.read(events.event, event_id_of(ticket))
    partner = await ticket.shop.db.read(tenants.partner, event.partner_id)
    while version := await ticket.shop.db.read(publications.next_open, event.id, job.id):
        race = next(race for race in event.races if race.id == version.race_id)
        outlet = Outlet(event.provider_event_id, race.provider_race_id, race.name, partner.name)
        await _Publishing(ticket, adapter, version, outlet).run()


class _Publishing:
    """One version of one race on its way."""

    def __init__(
        self, ticket: Ticket, adapter: PublishesResults, version: Version, outlet: Outlet
    ) -> None:
        self.ticket = ticket
        self.db = ticket.shop.db
        self.clock = ticket.shop.clock
        self.adapter = adapter
        self.version = version
        self.outlet = outlet
        self.title = Provider(ticket.job.provider).title
        self.refused: dict[str, str] = {}
        self.refusals = 0
        """Lines refused alone, one after the other."""
        self.done = self.total = 0

    async def run(self) -> None:
        shown = await self.db.read(publications.current, self.version.race_id)
        if shown is not None and shown.version > self.version.version:
            await self._leave(PublicationState.SUPERSEDED, f"version {shown.version} is out")
        elif self.version.mode is Mode.WITHDRAW:
            await self._hide(shown)
        else:
            await self._publish(shown)

    async def _hide(self, shown: Version | None) -> None:
        if shown is not None and shown.list_id is not None:
            hidden = ListSettings(public=False, official=shown.official)
            await self.adapter.set_result_list(self.outlet, shown.list_id, hidden)
            await self.ticket.write(publications.note_list, self.version.id, shown.list_id, None)
            heads = await self.adapter.result_lists(self.outlet)
            if any(head.public for head in heads if head.list_id == shown.list_id):
                still = f"{self.title} still shows the list"
                await self._leave(PublicationState.SUPERSEDED, still)
                return
        await self._end(PublicationState.PUBLISHED)

    async def _publish(self, shown: Version | None) -> None:
        first_try = self.version.list_id is None
        list_id, replaced = await self._list(shown)
        wanted = await self.db.read(publications.lines, self.version.id)
        ours = [] if shown is None else await self.db.read(publications.lines, shown.id)
        before = await self._read(list_id, wanted, ours)
        await self._look_for_others(shown, before if replaced is None else None, wanted)
        # what somebody else put into a list that cannot be made anew says nothing about this one
        anew = first_try and self.version.mode is Mode.FULL
        known = replace(before, lines=[]) if anew else before
        plan = await self._apply(list_id, wanted, known)
        gone = await self._take_back(list_id, wanted, before, ours)
        after = await self._read(list_id, wanted, ours)
        if not after.head.listed:
            # a hidden list that is kept from this key can be read once it is public
            list_id = await self._show(list_id, after, wanted)
            after = await self._read(list_id, wanted, ours)
        wrong = await self._judge(wanted, before, after)
        if not after.head.public and len(wrong) > brake_limit(len(wanted)):
            self._count(plan, wrong)
            await self._leave(PublicationState.WITHHELD, f"{summary(wrong)}; the list stays hidden")
            return
        shown_id = await self._show(list_id, after, wanted)
        if shown_id != list_id:
            wrong = await self._judge(wanted, before, await self._read(shown_id, wanted))
        self._count(plan, wrong)
        self._look_for_gone(gone, after)
        if replaced is not None:
            await self._drop(replaced)
        await self._end(PublicationState.PUBLISHED, summary(wrong))

    async def _judge(
        self, wanted: Sequence[Line], before: ShownList, after: ShownList
    ) -> list[Verdict]:
        """Write down what became of each line; returns what is not as it was sent."""
        verdicts = judged(wanted, before, after, self.refused, self.title)
        await self.ticket.write(publications.settle_rows, self.version.id, verdicts)
        wrong = [verdict for verdict in verdicts if verdict.state is not RowState.VERIFIED]
        await self.ticket.write(
            unshown.tell, self.version, self.outlet.race_name, wrong, self.clock.now()
        )
        return wrong

    async def _list(self, shown: Version | None) -> tuple[str, str | None]:
        """The list to fill, and the one that it takes the place of."""
        if self.version.list_id is not None and self.version.replaces is None:
            return self.version.list_id, None
        there = {head.list_id for head in await self.adapter.result_lists(self.outlet)}
        if self.version.list_id is not None:
            still = self.version.replaces in there
            return self.version.list_id, self.version.replaces if still else None
        held = shown.list_id if shown is not None and shown.list_id in there else None
        makes = self.adapter.publish_traits.medium.fresh_lists
        if held is not None and not (makes and self.version.mode is Mode.FULL):
            list_id, replaces = held, None
        elif not makes and there:
            list_id, replaces = min(there), None
        else:
            for left in await self.db.read(publications.leftover_lists, self.version.race_id):
                if left in there:
                    await self.adapter.drop_result_list(self.outlet, left)
            list_id, replaces = await self._fresh(), held
        await self.ticket.write(publications.note_list, self.version.id, list_id, replaces)
        return list_id, replaces

    async def _fresh(self) -> str:
        """A list that nobody sees yet; one whose making was never answered is taken up."""
        if self.ticket.job.in_doubt:
            known = await self.db.read(publications.known_lists, self.version.race_id)
            for head in await self.adapter.result_lists(self.outlet):
                ours = head.name == self.outlet.race_name and not head.public
                if ours and head.list_id not in known:
                    return head.list_id
        hidden = ListSettings(public=False, official=self.version.official)
        return await self.adapter.new_result_list(self.outlet, hidden)

    async def _read(
        self, list_id: str, wanted: Sequence[Line], earlier: Sequence[Line] = ()
    ) -> ShownList:
        return named(await self.adapter.shown_results(self.outlet, list_id), wanted, earlier)

    async def _look_for_others(
        self, shown: Version | None, there: ShownList | None, wanted: Sequence[Line]
    ) -> None:
        """Lines that are neither as the last version left them nor as wanted are not ours."""
        if shown is None or shown.list_id is None:
            return
        left = await self.db.read(publications.lines, shown.id, state=RowState.VERIFIED)
        there = there or await self._read(shown.list_id, left)
        moved = registrations(compare(left, there.lines, there.unit_ms))
        foreign = moved & registrations(compare(wanted, there.lines, there.unit_ms))
        if foreign:
            self.ticket.remarks.append(
                f"{self.outlet.race_name}: {len(foreign)} lines at {self.title} were changed by "
                f"somebody else since version {shown.version}"
            )

    async def _apply(self, list_id: str, wanted: Sequence[Line], before: ShownList) -> Comparison:
        """Send what differs; a list that moved on meanwhile is read and compared again."""
        plan = todo = compare(wanted, before.lines, before.unit_ms)
        for attempt in range(1, STALE_TRIES + 1):
            try:
                await self._send(list_id, todo)
                break
            except StaleWrite:
                if attempt == STALE_TRIES:
                    raise
                there = await self._read(list_id, wanted)
                todo = compare(wanted, there.lines, there.unit_ms)
        return plan

    async def _take_back(
        self, list_id: str, wanted: Sequence[Line], before: ShownList, ours: Sequence[Line]
    ) -> list[Line]:
        """Show lines no longer that were published from here and are not wanted; returns them."""
        if not isinstance(self.adapter, TakesLinesBack):
            return []
        published = {line.registration_id for line in ours}
        left = compare(wanted, before.lines, before.unit_ms).left_over
        gone = [line for line in left if line.registration_id in published]
        await self.adapter.take_back(self.outlet, list_id, gone)
        return gone

    def _look_for_gone(self, gone: Sequence[Line], after: ShownList) -> None:
        shown = {line.registration_id for line in after.lines}
        still = [line for line in gone if line.registration_id in shown]
        if still:
            self.ticket.counts += Counts(refused=len(still))
            bibs = ", ".join(line.bib or "–" for line in still[:5])
            self.ticket.remarks.append(
                f"{self.outlet.race_name}: {self.title} still shows {len(still)} lines that were "
                f"to be taken back: {bibs}"
            )

    async def _send(self, list_id: str, plan: Comparison) -> None:
        """Splits before finishes; finishes that runners are told of come last and in public."""
        splits = [change for change in plan.changes if change.splits]
        loud = [one for one in plan.changes if self.version.notify and first_finish(one)]
        quiet = [one for one in plan.changes if one.finish and one not in loud]
        self.total = self.done + len(splits) + len(loud) + len(quiet)
        if splits:
            names = split_order(change.line for change in splits)
            await self.adapter.name_splits(self.outlet, list_id, names)
        await self._batches(list_id, splits, self.adapter.write_splits)
        await self._batches(list_id, quiet, self.adapter.write_finishes)
        if loud:
            telling = ListSettings(public=True, official=self.version.official, notify=True)
            await self.adapter.set_result_list(self.outlet, list_id, telling)
            await self._batches(list_id, loud, self.adapter.write_finishes)

    async def _batches(self, list_id: str, changes: Sequence[Change], write: _Write) -> None:
        traits = self.adapter.publish_traits
        for batch in pieces(changes, traits.batch_size):
            if self.done:
                await self.clock.sleep(traits.pause_s)
            sent = [Verdict(change.line, RowState.SENT) for change in batch]
            await self.ticket.write(publications.settle_rows, self.version.id, sent)
            self.refused |= await self._one_batch(list_id, batch, write)
            self.done += len(batch)
            await self.ticket.progress(self.done, self.total)

    async def _one_batch(
        self, list_id: str, batch: Sequence[Change], write: _Write
    ) -> dict[str, str]:
        """Write a batch; one that is refused whole is halved until the bad line stands alone."""
        try:
            refused = dict(await write(self.outlet, list_id, batch))
        except (StaleWrite, VerbRefused):
            raise
        except Rejected as fault:
            if not about_rows(fault):
                raise
            if len(batch) == 1:
                self.refusals += 1
                if self.refusals >= REFUSALS_IN_A_ROW:
                    raise
                return {batch[0].line.registration_id: fault.detail or fault.title}
            half = len(batch) // 2
            refused = await self._one_batch(list_id, batch[:half], write)
            return refused | await self._one_batch(list_id, batch[half:], write)
        self.refusals = 0
        good = [one for one in batch if one.line.registration_id not in refused]
        if refused and good and self.adapter.publish_traits.lines_merge:
            # a batch with a bad line may have been refused whole; lines merge, so again
            await write(self.outlet, list_id, good)
        return refused

    async def _show(self, list_id: str, there: ShownList, wanted: Sequence[Line]) -> str:
        """Show the list and mark it; nobody is told of anything from then on.

        Returns the list that is shown: another one, where none can be shown once it is made.
        """
        marked = there.official in (None, self.version.official)
        if there.head.public and marked and not self.version.notify:
            return list_id
        settings = ListSettings(public=True, official=self.version.official)
        try:
            await self.adapter.set_result_list(self.outlet, list_id, settings)
        except VerbRefused:
            if not self.adapter.publish_traits.medium.fresh_lists or self.version.notify:
                raise
            return await self._in_public(list_id, wanted)
        return list_id

    async def _in_public(self, hidden: str, wanted: Sequence[Line]) -> str:
        """Fill another list that is public from the start, where no list can be shown later."""
        settings = ListSettings(public=True, official=self.version.official)
        list_id = await self.adapter.new_result_list(self.outlet, settings)
        await self.ticket.write(publications.note_list, self.version.id, list_id, hidden)
        await self._send(list_id, compare(wanted, ()))
        await self._drop(hidden)
        return list_id

    async def _drop(self, replaced: str) -> None:
        try:
            await self.adapter.drop_result_list(self.outlet, replaced)
        except Rejected as fault:
            self.ticket.remarks.append(
                f"{self.outlet.race_name}: the list that was replaced is still there: {fault}"
            )

    def _count(self, plan: Comparison, wrong: Sequence[Verdict]) -> None:
        new = sum(change.before is None for change in plan.changes)
        sent = {change.line.registration_id for change in plan.changes}
        failed = {verdict.line.registration_id for verdict in wrong}
        self.ticket.counts += Counts(
            created=new,
            updated=len(plan.changes) - new,
            unchanged=len(plan.unchanged),
            refused=len(wrong),
            sent=len(sent),
            verified=len(sent - failed),
        )
        if wrong:
            self.ticket.remarks.append(f"{self.outlet.race_name}: {summary(wrong)}")
        if plan.left_over:
            self.ticket.remarks.append(
                f"{self.outlet.race_name}: {len(plan.left_over)} lines at {self.title} are in no "
                "version published from here"
            )

    async def _leave(self, state: PublicationState, reason: str) -> None:
        """End without publishing, and say so."""
        await self._end(state, reason)
        self.ticket.counts += Counts(refused=1)
        self.ticket.remarks.append(
            f"{self.outlet.race_name}: version {self.version.version} is not out: {reason}"
        )

    async def _end(self, state: PublicationState, reason: str | None = None) -> None:
        now = self.clock.now()
        await self.ticket.write(publications.settle, self.version.id, state, now, reason)

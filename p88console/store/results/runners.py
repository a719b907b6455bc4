"""Finds whose result a row is, over every event here that is tied to the same scoring event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from p88console.domain.model import ParticipantStatus, ResultRecord
from p88console.store.mirror.participants import PARTICIPANTS
from p88console.store.tenancy.events import LinkRow, event, links_to
from p88console.store.work.ledger import LEDGER


@dataclass(frozen=True, slots=True)
class Owner:
    """Where a result belongs: the link of its event, its race there, its runner if known."""

    link: LinkRow
    race_id: int | None
    participant_id: int | None


@dataclass(frozen=True, slots=True)
class _Wearer:
    participant_id: int
    remote_id: str | None


class Runners:
    """The far side's id decides, else the bib it acknowledged, else the bib worn here.

    A scoring event may be fed by several registration events; each result goes to the event whose
    participant it is.
    """

    def __init__(self, connection: Connection, link: LinkRow) -> None:
        self.links: Sequence[LinkRow] = links_to(connection, link)
        self._races = {
            one.id: {name: race for race, remote in one.races.items() for name in remote if name}
            for one in self.links
        }
        self._by_id: dict[str, tuple[LinkRow, int]] = {}
        self._by_bib: dict[int, dict[tuple[int | None, str], list[_Wearer]]] = {}
        for one in self.links:
            self._learn(connection, one)

    def _learn(self, connection: Connection, link: LinkRow) -> None:
        people, worn = PARTICIPANTS.c, self._by_bib.setdefault(link.id, {})
        # results of the registration provider itself carry its own ids
        own = not link.takes_people and event(connection, link.event_id).provider is link.provider
        query = select(
            people.id,
            people.provider_id,
            people.race_id,
            people.bib,
            people.status,
            LEDGER.c.remote_id,
            LEDGER.c.acknowledged,
        ).outerjoin(LEDGER, (LEDGER.c.participant_id == people.id) & (LEDGER.c.link_id == link.id))
        for row in connection.execute(query.where(people.event_id == link.event_id)):
            remote_id = row.provider_id if own else row.remote_id
            if remote_id:
                self._by_id.setdefault(remote_id, (link, row.id))
            bib = (row.acknowledged or {}).get("bib") or row.bib
            if bib and row.status == ParticipantStatus.ACTIVE:
                worn.setdefault((row.race_id, bib), []).append(_Wearer(row.id, remote_id))

    def owner(self, record: ResultRecord) -> Owner | None:
        """Whose it is; None when nobody answers, or more than one."""
        if record.remote_id and record.remote_id in self._by_id:
            link, participant_id = self._by_id[record.remote_id]
            return Owner(link, self.race_of(link, record), participant_id)
        found = [
            Owner(link, race_id, wearer.participant_id)
            for link in self.links
            for race_id in (self.race_of(link, record),)
            for wearer in self._by_bib[link.id].get((race_id, record.bib or ""), ())
            if not (record.remote_id and wearer.remote_id)  # known there under another id
        ]
        return found[0] if len(found) == 1 else None

    def race_of(self, link: LinkRow, record: ResultRecord) -> int | None:
        """Our race behind the scoring system's, by its id or name."""
        return self._races[link.id].get(record.remote_race_id)

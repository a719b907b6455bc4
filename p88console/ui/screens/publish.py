"""Publishing results: what would go out, what the guard says, and a person's word for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from p88console.domain.case import Finding, Grade
from p88console.store.windows.result_rows import PublishWish, RaceDraft, VersionRow
from p88console.ui.action import Situation
from p88console.ui.actions import bindings
from p88console.ui.format import Moment, dated_time, number
from p88console.ui.outlook import Outlook
from p88console.ui.phrase import NOTHING, Phrase, Piece, Tone, fit, heading, join, say, wrap
from p88console.ui.screens.errand import run_errand
from p88console.ui.screens.readsheet import ReadSheet
from p88console.ui.states import State

MOST_VERSIONS = 6
GRADES = {
    Grade.STOP: State("✗", "stop", Tone.FAIL),
    Grade.LOOK: State("▲", "look", Tone.HELD),
    Grade.NOTE: State("·", "note", Tone.DIM),
}
ACCEPTED = State("✓", "seen", Tone.OK)
VERSIONS = {
    "published": State("·", "replaced", Tone.DIM),
    "open": State("○", "going out", Tone.RUN),
    "withheld": State("▲", "withheld", Tone.HELD),
    "superseded": State("–", "overtaken", Tone.DIM),
}
PUBLIC = State("✓", "public", Tone.OK)
HIDDEN = State("–", "taken back", Tone.HELD)
GRADE = 8

Told = tuple[Sequence[RaceDraft], Sequence[VersionRow]]


class PublishSheet(ReadSheet[Told]):
    """Nothing goes out before `y`; a stop has to be accepted by itself first."""

    BINDINGS = bindings("publish")
    scope = "publish"
    broad = True
    source = "publish"
    what = "what would be published"
    topics = frozenset({"results", "publications", "inbox"})

    def __init__(self, outlook: Outlook, event_id: int, race_id: int | None) -> None:
        super().__init__(outlook)
        self._wish = PublishWish(event_id, race_id)
        self._accepted: set[str] = set()

    async def ask(self) -> Told:
        """What publishing would mean now."""
        desk, wish = self.outlook.desk.standings, self._wish
        versions = await desk.versions(wish.event_id)
        return await desk.drafts(wish), versions

    @property
    def heading(self) -> str:
        """What is about to be done."""
        wish = self._wish
        if wish.unpublish:
            return "Take the results from the public"
        what = "official results" if wish.official else "unofficial results"
        before = f"Publish the version before again as {what}"
        again = before if wish.previous else f"Publish {what}"
        return f"{again}, runners are told" if wish.notify else again

    def _open_stops(self) -> Iterable[Finding]:
        drafts = self.answer[0] if self.answer else ()
        for draft in drafts:
            for finding in draft.findings:
                if finding.grade is Grade.STOP and finding.key not in self._accepted:
                    yield finding

    def told(self, story: Told, width: int) -> Sequence[Phrase]:
        """Race by race what would go out and what the guard says; then what went out before."""
        drafts, versions = story
        lines: list[Phrase] = []
        for draft in drafts:
            lines += [heading(draft.race_name, width), say(draft.words, Tone.DIM)]
            lines += [line for one in draft.findings for line in self._finding(one, width)]
            if not draft.findings:
                lines.append(say("✓ the guard has nothing to say", Tone.OK))
            lines.append(NOTHING)
        if not drafts:
            lines += [say(self._nothing, Tone.DIM), NOTHING]
        lines.append(heading("Published before", width))
        standing = _standing(versions)
        lines += [
            _version(one, standing.get(one.id), self.outlook.moment)
            for one in versions[:MOST_VERSIONS]
        ]
        if not versions:
            lines.append(say("nothing yet", Tone.DIM))
        return lines

    @property
    def _nothing(self) -> str:
        if self._wish.unpublish:
            return "nothing is public, so there is nothing to take back"
        return "there is no earlier version" if self._wish.previous else "no results to publish"

    def _finding(self, finding: Finding, width: int) -> Sequence[Phrase]:
        seen = finding.key in self._accepted
        state = ACCEPTED if seen else GRADES[finding.grade]
        tone = Tone.DIM if seen or finding.grade is Grade.NOTE else Tone.PLAIN
        return wrap((*fit(state.phrase, GRADE), Piece(finding.text, tone)), width, GRADE)

    @property
    def _races(self) -> int:
        return len(self.answer[0]) if self.answer else 0

    def situation(self) -> Situation:
        """Whether anything can go out, and what stands in the way."""
        stops = sum(1 for _ in self._open_stops())
        return Situation(
            read_only=self.outlook.desk.read_only,
            rows=len(self.answer[0])
            if self.answer and not self.outlook.faults.has("publish")
            else 0,
            stops=stops,
        )

    def action_publish(self) -> None:
        """Publish what is shown."""
        desk, wish, accepted = self.outlook.desk.standings, self._wish, frozenset(self._accepted)
        run_errand(self, self.outlook, "publish", lambda: desk.publish(wish, accepted))

    def action_accept(self) -> None:
        """Pass the first stop that stands; the next one asks again."""
        stop = next(iter(self._open_stops()), None)
        if stop is not None:
            self._accepted.add(stop.key)
        self.retell()
        self.refresh_bindings()

    def _wished(self, wish: PublishWish) -> None:
        self._wish = wish
        self._accepted.clear()
        self.answer = None
        self.retell()
        self._reading.request()

    def action_official(self) -> None:
        """Call them official, or unofficial again."""
        self._wished(replace(self._wish, official=not self._wish.official))

    def action_tell(self) -> None:
        """Have runners told, or not."""
        self._wished(replace(self._wish, notify=not self._wish.notify))

    def action_previous(self) -> None:
        """The version before the last one again, or the present one."""
        self._wished(replace(self._wish, previous=not self._wish.previous, unpublish=False))

    def action_unpublish(self) -> None:
        """Take the results from the public, or publish after all."""
        self._wished(replace(self._wish, unpublish=not self._wish.unpublish, previous=False))


def _standing(versions: Sequence[VersionRow]) -> Mapping[int, State]:
    """What the public sees of each race now, by the version that says so."""
    newest: dict[str, VersionRow] = {}
    for one in versions:
        if one.state == "published":
            newest.setdefault(one.race_name, one)
    return {one.id: HIDDEN if one.mode == "withdraw" else PUBLIC for one in newest.values()}


def _version(row: VersionRow, standing: State | None, moment: Moment) -> Phrase:
    state = standing or VERSIONS.get(row.state) or State("·", row.state, Tone.PLAIN)
    verified = row.rows.get("verified", 0)
    lines = f"{number(verified)} of {number(row.lines)} lines verified" if row.lines else row.mode
    return join(
        [
            fit(say(dated_time(row.created_at, moment), Tone.DIM), 12),
            fit(state.phrase, 12),
            say(f"{row.race_name} v{row.version}"),
            say("official" if row.official else "", Tone.STRONG),
            say(lines, Tone.DIM),
            say(row.reason or "", Tone.HELD),
            say(f"by {row.created_by}", Tone.DIM),
        ],
        " · ",
    )

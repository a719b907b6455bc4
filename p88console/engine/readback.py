"""Lines on their way to the public and back: their order, whose they are, what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from p88console.domain.publication import Change, Comparison, Line, RowState, told
from p88console.providers.publishing import ShownList
from p88console.store.results.publications import Verdict


def judged(
    wanted: Sequence[Line],
    before: ShownList,
    after: ShownList,
    refused: Mapping[str, str],
    title: str,
) -> list[Verdict]:
    """What became of each wanted line, by what was shown before and after it was sent.

    Args:
        wanted: The lines.
        before: The list before anything was sent.
        after: The list as it is now.
        refused: Lines that the far side refused, by registration, with the reason.
        title: The far side's name.
    """
    was = {line.registration_id: line for line in before.lines}
    there = {line.registration_id: line for line in after.lines}
    verdicts = []
    for line in wanted:
        now = there.get(line.registration_id)
        wrong = told(line, now, after.unit_ms)
        if not wrong:
            verdicts.append(Verdict(line, RowState.VERIFIED))
        elif line.registration_id in refused:
            verdicts.append(Verdict(line, RowState.REFUSED, refused[line.registration_id]))
        elif now == was.get(line.registration_id):
            verdicts.append(Verdict(line, RowState.IGNORED, f"ignored by {title}: {wrong}"))
        else:
            verdicts.append(Verdict(line, RowState.DIFFERS, wrong))
    return verdicts


def split_order(lines: Iterable[Line]) -> list[str]:
    """Split names in the order in which runners reach them."""
    earliest: dict[str, int] = {}
    for line in lines:
        for name, time in line.splits.items():
            earliest[name] = min(time, earliest.get(name, time))
    return sorted(earliest, key=lambda name: earliest[name])


def named(shown: ShownList, wanted: Sequence[Line], earlier: Sequence[Line]) -> ShownList:
    """Lines whose registration the far side keeps to itself, found by a bib that only one wears.

    Whose line it was `earlier` counts where nobody wears the bib any more.
    """
    now, then = _wearers(wanted), _wearers(earlier)

    def with_its_id(line: Line) -> Line:
        wearers = now.get(line.bib) or then.get(line.bib, set())
        if line.registration_id or not line.bib or len(wearers) != 1:
            return line
        return replace(line, registration_id=next(iter(wearers)))

    return replace(shown, lines=[with_its_id(line) for line in shown.lines])


def _wearers(lines: Sequence[Line]) -> dict[str | None, set[str]]:
    found: dict[str | None, set[str]] = {}
    for line in lines:
        found.setdefault(line.bib, set()).add(line.registration_id)
    return found


def first_finish(change: Change) -> bool:
    """Whether the far side shows no finish of this runner yet."""
    return change.finish and not (change.before and change.before.has_finish)


def registrations(found: Comparison) -> set[str]:
    """Whose lines differ, or are there without being in the list."""
    changed = {change.line.registration_id for change in found.changes}
    return changed | {line.registration_id for line in found.left_over}


def pieces(changes: Sequence[Change], size: int) -> Iterator[Sequence[Change]]:
    """Batches of at most `size` changes."""
    for start in range(0, len(changes), size):
        yield changes[start : start + size]


def summary(wrong: Sequence[Verdict]) -> str | None:
    """The first lines that are not as they were sent, in words; None when all are."""
    if not wrong:
        return None
    first = "; ".join(
        f"bib {verdict.line.bib or '–'} {verdict.state}: {verdict.reason}" for verdict in wrong[:5]
    )
    more = f" and {len(wrong) - 5} more" if len(wrong) > 5 else ""
    return f"{len(wrong)} lines are not as they were sent: {first}{more}"

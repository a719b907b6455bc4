"""Envelopes and pages: `page` and `size` in the query, totals in `X-Ctlive-*` headers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, islice
from typing import Any, TypeVar

from p88console.sandbox.wire import JSONAnswer, json_text

Row = TypeVar("Row")

DEFAULT_SIZE = 50
"""Rows of a page when nothing is asked for (observed by one client)."""


def collection(
    key: str,
    lines: Iterable[Sequence[Row]],
    render: Callable[[Row], Mapping[str, Any]],
    query: Mapping[str, str],
    largest: int | None = None,
) -> JSONAnswer:
    """One page of a collection.

    Past the last page the last page's rows come again (a symptom seen on bracket results); that the
    header then tells the last page's number, and that nonsense counts as not sent, is assumed.

    Args:
        key: The envelope's single key.
        lines: The rows, in several runs.
        render: Writes one row.
        query: The call's query.
        largest: The most rows a page may have; None for as many as are asked for.
    """
    runs = list(lines)
    total = sum(map(len, runs))
    size = _positive(query.get("size")) or DEFAULT_SIZE
    size = size if largest is None else min(size, largest)
    pages = -(-total // size)
    page = min(_positive(query.get("page")) or 1, max(1, pages))
    first = (page - 1) * size
    rows = islice(chain.from_iterable(runs), first, first + size)
    answer = envelope(key, [render(row) for row in rows])
    answer.headers["X-Ctlive-Row-Count"] = str(total)
    answer.headers["X-Ctlive-Page-Count"] = str(pages)
    answer.headers["X-Ctlive-Page-Size"] = str(size)
    answer.headers["X-Ctlive-Current-Page"] = str(page)
    return answer


def envelope(key: str, content: Any, status: int = 200) -> JSONAnswer:
    """An answer's one key: the resource, after its parent and an underscore if it has one."""
    return JSONAnswer(text=f'{{"{key}":{json_text(content)}}}', status_code=status)


def _positive(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and int(text) else None

"""Filter texts: every word must stand in one of the columns, whatever its case."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, or_


def matching(query: Any, columns: Iterable[Any], text: str) -> Any:
    """The query narrowed to rows in which each word of `text` is found."""
    shown = [func.coalesce(column, "") for column in columns]
    for word in text.split():
        query = query.where(or_(*(column.icontains(word, autoescape=True) for column in shown)))
    return query

"""The kinds of columns, and the metadata that holds the derived tables together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Date,
    DateTime,
    Dialect,
    Float,
    Integer,
    Interval,
    MetaData,
    String,
    TypeDecorator,
)
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeEngine

CORE = MetaData()


class Moment(TypeDecorator[datetime]):
    """An aware instant, in UTC at rest and when read: what SQLModel makes of a `datetime`."""

    impl = DateTime
    cache_ok = True

    def __init__(self) -> None:
        super().__init__(timezone=True)

    def coerce_compared_value(self, op: OperatorType | None, value: Any) -> TypeEngine[Any]:
        """What is added to an instant is a span; what it is compared with is another."""
        del op
        return Interval() if isinstance(value, timedelta) else self

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """In UTC; a naive value is a programming error."""
        del dialect
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError(f"an instant needs its offset: {value.isoformat()}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware; a database without zones keeps UTC without saying so."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.utcoffset() is None else value.astimezone(UTC)


WORDS, WHOLE, REAL, TRUTH, DAY, MOMENT = (
    String(),
    Integer(),
    Float(),
    Boolean(),
    Date(),
    Moment(),
)

JSON_VALUE: Any = JSON(none_as_null=True)
"""A JSON column in which an absent value is SQL's NULL."""

PLAIN_TEXT: Any = String().with_variant(String(collation="C"), "postgresql")
"""A text that is compared by code point on every database, so that ranges are prefixes."""

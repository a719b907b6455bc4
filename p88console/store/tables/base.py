"""What all tables share: one metadata with named constraints, and columns for words and JSON."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Table
from sqlmodel import SQLModel

METADATA = SQLModel.metadata
METADATA.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def one_of(column: str, words: Iterable[StrEnum]) -> CheckConstraint:
    """A constraint that lets `column` hold these words and no others."""
    listed = ", ".join(f"'{word.value}'" for word in words)
    return CheckConstraint(f'"{column}" IN ({listed})', name=f"{column}_known")


def table(model: type[SQLModel]) -> Table:
    """The Core table behind a model, for statements that never load objects."""
    found: Any = model.__table__  # type: ignore[attr-defined]  # set by SQLModel's metaclass
    assert isinstance(found, Table)  # noqa: S101  # a model without a table is a programming error
    return found

"""Derives `store.core` from the definitions in `store.tables`; run it after changing a table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Column, Date, Float, Integer, Table
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

import p88console.store.core
from p88console.store import tables
from p88console.store.database.kinds import JSON_VALUE, PLAIN_TEXT
from p88console.store.tables.base import table

KINDS = {
    AutoString: "WORDS",
    Boolean: "TRUTH",
    Date: "DAY",
    Float: "REAL",
    Integer: "WHOLE",
    UTCDateTime: "MOMENT",
}
SHARED = {id(JSON_VALUE): "JSON_VALUE", id(PLAIN_TEXT): "PLAIN_TEXT"}

IMPORTS = """from __future__ import annotations

from sqlalchemy import Column, Table

from p88console.store.database import kinds"""

LONGEST = 100
"""Characters of a line."""

PACKAGE = '''"""The tables as statements need them: names, kinds, defaults, and no classes.

`store.tables` defines the schema; what is here is derived from it by `python -m tests.store.derive`
so that no command waits for classes which no statement uses. A test holds both against each other.
"""
'''


def _name(made: Table) -> str:
    return made.name.upper()


def _column(column: Column[Any]) -> str:
    kind = SHARED.get(id(column.type)) or KINDS[type(column.type)]
    told = [f'"{column.name}"', f"kinds.{kind}"]
    if column.primary_key:
        told.append("primary_key=True")
    if column.primary_key and column is not column.table.autoincrement_column:
        told.append("autoincrement=False")
    if not (column.nullable or column.primary_key):
        told.append("nullable=False")
    default: Any = column.default
    if default is not None and default.is_callable:
        told.append(f"default={type(default.arg(None)).__name__}")
    elif default is not None:
        told.append(f"default={default.arg!r}".replace("'", '"'))
    return f"    Column({', '.join(told)}),"


def _table(made: Table) -> str:
    lines = [f"{_name(made)} = Table(", f'    "{made.name}",', "    kinds.CORE,"]
    return "\n".join([*lines, *(_column(one) for one in made.c), ")"])


def derived() -> dict[Path, str]:
    """Every derived module and what belongs in it."""
    subjects: dict[str, list[Table]] = {}
    for name in tables.__all__:
        model = getattr(tables, name)
        if isinstance(model, type):
            subjects.setdefault(model.__module__.rpartition(".")[2], []).append(table(model))
    folder = Path(p88console.store.core.__path__[0])
    modules = {folder / f"{subject}.py": _module(subject, of) for subject, of in subjects.items()}
    return modules | {folder / "__init__.py": _package(subjects)}


def _module(subject: str, made: list[Table]) -> str:
    head = f'"""The tables of `store.tables.{subject}` for statements; derived, never edited."""'
    return "\n\n".join([head, IMPORTS, *(_table(one) for one in made)]) + "\n"


def _package(subjects: Mapping[str, list[Table]]) -> str:
    lines = [PACKAGE]
    for subject, made in sorted(subjects.items()):
        source = f"from p88console.store.core.{subject} import"
        names = sorted(map(_name, made), key=str.lower)
        short = f"{source} {', '.join(names)}"
        each = [f"    {name}," for name in names]
        lines += [short] if len(short) <= LONGEST else [f"{source} (", *each, ")"]
    every = sorted(_name(one) for made in subjects.values() for one in made)
    return "\n".join([*lines, "", "__all__ = [", *(f'    "{name}",' for name in every), "]", ""])


def main() -> None:
    """Write every derived module."""
    for file, text in derived().items():
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

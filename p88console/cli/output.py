"""The one place that prints: JSON documents, tables for people, faults."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from p88console.domain.printable import printable

Columns = Mapping[str, Callable[[Mapping[str, Any]], object] | str]
"""Column heading → key of the row, or what to make of the row."""


def document(value: Any) -> None:
    """One JSON document on stdout and nothing else there."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def raw(text: str) -> None:
    """Text exactly as it is, line ends included, as UTF-8 whatever the terminal speaks."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


def plain(text: str) -> None:
    """One line for whoever reads stdout, sent off at once."""
    print(text, flush=True)


def line(value: Any) -> None:
    """One JSON document on one line, sent off at once."""
    print(json.dumps(value, ensure_ascii=False, default=str), flush=True)


def table(value: Any, columns: Columns | None) -> None:
    """The same for people: rows as a table, one thing as its fields."""
    if isinstance(value, Mapping):
        _fields(value)
    elif not value:
        print("(nothing)")
    else:
        _rows(value, columns or {name: name for name in value[0]})


def _fields(value: Mapping[str, Any], pad: str = "") -> None:
    """One thing: a line for each field; what has parts of its own stands below its name."""
    for name, held in value.items():
        if isinstance(held, Mapping) and held:
            print(f"{pad}{name}")
            _fields(held, f"{pad}  ")
        elif isinstance(held, list) and held and isinstance(held[0], Mapping):
            print(f"{pad}{name}")
            _rows(held, {part: part for part in held[0]}, pad=f"{pad}  ")
        else:
            print(f"{pad}{name:<{max(1, 22 - len(pad))}} {_cell(held)}")


def _rows(value: Sequence[Mapping[str, Any]], columns: Columns, pad: str = "") -> None:
    rows = [[_cell(_pick(row, how)) for how in columns.values()] for row in value]
    from rich.console import Console  # noqa: PLC0415  # 50 ms that --json does not pay
    from rich.padding import Padding  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    drawn = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for heading in columns:
        drawn.add_column(heading, overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(cell) for cell in row))
    Console(highlight=False).print(Padding(drawn, (0, 0, 0, len(pad)), expand=False))


def _pick(row: Mapping[str, Any], how: Callable[[Mapping[str, Any]], object] | str) -> object:
    return row.get(how) if isinstance(how, str) else how(row)


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_cell(held)}" for key, held in value.items() if held)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_cell(held) for held in value)
    return printable(str(value))


def note(text: str) -> None:
    """A message for people, on stderr."""
    print(printable(text), file=sys.stderr)


def fault(error: Mapping[str, str], *, as_json: bool) -> None:
    """What went wrong: JSON on stdout when asked for, else plain words on stderr."""
    if as_json:
        document({"error": dict(error)})
        return
    note(f"✗ {error['title']}")
    for name in ("detail", "hint"):
        if error.get(name):
            note(f"  {error[name]}")

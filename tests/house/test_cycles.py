"""No module can reach itself through imports, not even through those hidden in functions."""

from __future__ import annotations

from collections.abc import Iterator

from tests.house.sources import imports, modules


def cycle_in(graph: dict[str, set[str]]) -> list[str] | None:
    """One cycle, as the names along it; None when there is none."""
    done: set[str] = set()
    for start in graph:
        path: list[str] = []
        pending: list[Iterator[str]] = [iter([start])]
        while pending:
            name = next(pending[-1], None)
            if name is None:
                pending.pop()
                if path:
                    done.add(path.pop())
            elif name in path:
                return [*path[path.index(name) :], name]
            elif name not in done:
                path.append(name)
                pending.append(iter(sorted(graph[name])))
    return None


def test_a_cycle_would_be_found() -> None:
    assert cycle_in({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert cycle_in({"a": {"b", "c"}, "b": {"c"}, "c": set()}) is None


def test_imports_inside_functions_are_seen() -> None:
    assert any("p88console.store.tables" in imports(name) for name in modules())


def test_no_imports_go_round_in_a_circle() -> None:
    assert cycle_in({name: imports(name) for name in modules()}) is None

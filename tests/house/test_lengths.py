"""Modules and functions stay short enough to be read at once."""

from __future__ import annotations

import ast

import pytest

from tests.house.sources import modules, tree

LONGEST_MODULE, LONGEST_FUNCTION, LONGEST_APP = 400, 60, 200


def lines_of(name: str) -> int:
    return len(modules()[name].read_text(encoding="utf-8").splitlines())


def test_there_is_something_to_measure() -> None:
    assert len(modules()) > 50
    assert any(isinstance(node, ast.FunctionDef) for node in ast.walk(tree("p88console.cli.main")))


@pytest.mark.parametrize("limit", [LONGEST_MODULE])
def test_no_module_is_long(limit: int) -> None:
    too_long = {name: lines_of(name) for name in modules() if lines_of(name) > limit}
    assert too_long == {}


def test_no_function_is_long() -> None:
    too_long = {}
    for name in modules():
        for node in ast.walk(tree(name)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    too_long[f"{name}.{node.name}"] = length
    assert too_long == {}


def test_the_app_itself_only_puts_things_together() -> None:
    assert lines_of("p88console.ui.app") < LONGEST_APP

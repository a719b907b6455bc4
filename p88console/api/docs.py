"""The page at /docs: the OpenAPI document as plain HTML, readable without any network."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from typing import Any

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h2 { font: 600 1rem ui-monospace, monospace; margin: 2rem 0 .3rem; border-top: 1px solid #8886;
padding-top: 1rem }
pre { background: #8881; padding: .6rem; overflow: auto; font-size: .85rem }
td, th { text-align: left; padding: 0 1.2rem 0 0; vertical-align: top }
:root { color-scheme: light dark }
"""


def page(document: dict[str, Any]) -> str:
    """The whole page."""
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{_title(document)}</title>"
        f"<style>{STYLE}</style><h1>{_title(document)}</h1>"
        f"<p>{escape(document['info'].get('description', ''))}</p>"
        f"<p>The whole of it for machines: <a href=/openapi.json>/openapi.json</a></p>"
        + "".join(_operations(document))
        + "</html>"
    )


def _title(document: dict[str, Any]) -> str:
    return escape(f"{document['info']['title']} {document['info']['version']}")


def _operations(document: dict[str, Any]) -> Iterator[str]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"<h2>{method.upper()} {escape(path)}</h2>"
            yield f"<p>{escape(operation.get('description', ''))}</p>"
            yield "".join(_parameters(operation))
            yield _body(document, operation)
            codes = ", ".join(
                f"{code} {escape(answer['description'])}"
                for code, answer in operation["responses"].items()
            )
            yield f"<p><small>{codes}</small></p>"


def _parameters(operation: dict[str, Any]) -> Iterator[str]:
    rows = [
        f"<tr><td><code>{escape(one['name'])}</code><td>{one['in']}<td>"
        f"{'required' if one.get('required') else 'optional'}<td>"
        f"<code>{escape(json.dumps(one['schema']))}</code>"
        for one in operation.get("parameters", [])
    ]
    if rows:
        yield f"<table>{''.join(rows)}</table>"


def _body(document: dict[str, Any], operation: dict[str, Any]) -> str:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return ""
    name = str(content["schema"].get("$ref", "")).rpartition("/")[2]
    schema = document["components"]["schemas"].get(name, content["schema"])
    return f"<pre>{escape(json.dumps(schema.get('properties', schema), indent=2))}</pre>"

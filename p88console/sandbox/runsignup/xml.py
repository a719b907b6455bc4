"""RunSignUp's other tongue: XML, which it answers in unless `format=json` is asked for."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

from starlette.responses import Response


class XMLAnswer(Response):
    """The same content as text/xml (default confirmed in vendor docs, element names assumed)."""

    media_type = "text/xml"

    def __init__(self, content: Any) -> None:
        body = f'<?xml version="1.0" encoding="UTF-8"?>\n<response>{_inner(content)}</response>'
        super().__init__(body.encode())


def _inner(value: Any, item: str = "item") -> str:
    if isinstance(value, dict):
        return "".join(
            f"<{key}>{_inner(inner, key.removesuffix('s'))}</{key}>" for key, inner in value.items()
        )
    if isinstance(value, list):
        return "".join(f"<{item}>{_inner(inner)}</{item}>" for inner in value)
    return "" if value is None else escape(str(value))

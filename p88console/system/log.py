"""The log file: what the engine did, for whoever helps the operator; never on the screen."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

BYTES, FILES = 2_000_000, 5
"""How large a file grows, and how many are kept."""


class JsonLines(logging.Formatter):
    """One JSON object a line: `at` (UTC), `level`, `where`, `process`, `message`, `fault`."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line, whatever its message holds."""
        told: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "where": record.name,
            "process": record.process,
            "message": record.getMessage(),
        }
        if record.exc_info:
            told["fault"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)


def start_log(path: Path) -> logging.Handler | None:
    """Send this program's own log to a rotating file; None where no file can be written."""
    package = logging.getLogger("p88console")
    package.propagate = False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            path, maxBytes=BYTES, backupCount=FILES, encoding="utf-8", delay=True
        )
    except OSError:
        package.addHandler(logging.NullHandler())
        return None
    handler.setFormatter(JsonLines())
    package.addHandler(handler)
    package.setLevel(logging.INFO)
    return handler


def stop_log(handler: logging.Handler | None) -> None:
    """Close the log file."""
    if handler is not None:
        logging.getLogger("p88console").removeHandler(handler)
        handler.close()

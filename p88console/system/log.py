"""The log file: what the engine did, for whoever helps the operator; never on the screen."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

BYTES, FILES = 2_000_000, 5
"""How large a file grows, and how many are kept."""

FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


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
    handler.setFormatter(logging.Formatter(FORMAT))
    package.addHandler(handler)
    package.setLevel(logging.INFO)
    return handler


def stop_log(handler: logging.Handler | None) -> None:
    """Close the log file."""
    if handler is not None:
        logging.getLogger("p88console").removeHandler(handler)
        handler.close()

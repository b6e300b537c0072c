"""Logs: structured, one line an event, without secrets."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

_SECRET_NAME = re.compile(r"(password|secret|token|api_?key|authorization|cookie)", re.IGNORECASE)
_SECRET_VALUE = re.compile(
    r"(?<![A-Za-z0-9])(cf_[A-Za-z0-9_-]{8,}|c[slr]_[A-Za-z0-9_-]{20,}|sk-[A-Za-z0-9_-]{8,}|eyJ[\w-]+\.[\w-]+\.[\w-]*|Bearer\s+\S+)"
    r"|(?<=://)[^/\s:@]+:[^@\s]+(?=@)"
)


def logger(name: str) -> Any:
    """The logger of a module."""
    return structlog.get_logger(name)


def configure(level: str = "INFO", *, as_json: bool | None = None, stream: TextIO | None = None) -> None:
    """Write events to standard error, or to `stream`: readable on a terminal, JSON lines elsewhere (or as asked)."""
    stream = stream or sys.stderr
    json_lines = not stream.isatty() if as_json is None else as_json
    renderer: Any = structlog.processors.JSONRenderer() if json_lines else structlog.dev.ConsoleRenderer()
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if json_lines:
        shared.append(structlog.processors.format_exc_info)
    structlog.configure(
        processors=[*shared, redact, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, stream=stream, format="%(levelname)s %(name)s: %(message)s")


def redact(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take secrets out: by the name of the field, and by their form inside any text."""
    for name, value in event.items():
        if _SECRET_NAME.search(name):
            event[name] = "[redacted]"
        elif isinstance(value, str):
            event[name] = _SECRET_VALUE.sub("[redacted]", value)
    return event

"""Logs: structured, one line an event, without secrets."""

import json
import logging
import re
import sys
from collections.abc import MutableMapping, Sequence
from contextlib import suppress
from typing import Any, TextIO, cast

import structlog

_SECRET_NAME = re.compile(r"(password|secret|token|api_?key|authorization|cookie)", re.IGNORECASE)
_SECRET_VALUE = re.compile(
    r"(?<![A-Za-z0-9])(cf_[A-Za-z0-9_-]{8,}|c[slr]_[A-Za-z0-9_-]{20,}|sk-[A-Za-z0-9_-]{8,}|eyJ[\w-]+\.[\w-]+\.[\w-]*|Bearer\s+\S+)"
    r"|(?<=://)[^/\s:@]+:[^@\s]+(?=@)"
)
_RAISED = re.compile(r"[\w.]+: \S")  # the line of a traceback that names the error


class Calm:
    """A stream for words that nothing may depend on: what a full disk or a closed pipe does not take is lost."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, words: str) -> int:
        with suppress(OSError, ValueError):  # ValueError: it was closed
            return self._stream.write(words)
        return len(words)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._stream.flush()

    def isatty(self) -> bool:
        with suppress(OSError, ValueError):
            return self._stream.isatty()
        return False


def logger(name: str) -> Any:
    """The logger of a module."""
    return structlog.get_logger(name)


def configure(level: str = "INFO", *, as_json: bool | None = None, stream: TextIO | None = None) -> None:
    """Write events to standard error, or to `stream`: readable on a terminal, JSON lines elsewhere (or as asked)."""
    stream = stream or sys.stderr
    calm = Calm(stream)
    json_lines = not calm.isatty() if as_json is None else as_json
    # Plain: the traceback that structlog paints for a terminal shows every local variable, and with them what is secret.
    painted = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    renderer: Any = structlog.processors.JSONRenderer() if json_lines else painted
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,  # before secrets are taken out, so that they are taken out of it too
    ]
    structlog.configure(
        processors=[*shared, redact, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, calm)),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, stream=calm, format="%(levelname)s %(name)s: %(message)s")


def redact(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take secrets out: by the name of the field, and by their form inside any text."""
    for name, value in event.items():
        if _SECRET_NAME.search(name):
            event[name] = "[redacted]"
        elif isinstance(value, str):
            event[name] = _SECRET_VALUE.sub("[redacted]", value)
    return event


def last_error(lines: Sequence[str]) -> str:
    """The last error among the lines of a log, in one line of words; where there is none, the last line."""
    last = ""
    for line in reversed(lines):
        words, is_error = _read(line)
        if is_error and words:
            return words
        last = last or words
    return last


def _read(line: str) -> tuple[str, bool]:
    """What one line says, and whether that is an error."""
    try:
        event = json.loads(line)
    except ValueError:
        event = None
    if not isinstance(event, dict):
        return line.strip(), bool(re.match(r"(error: |ERROR |CRITICAL |[\w.]+(Error|Exception)\b)", line))
    trace = str(event.get("exception") or "").strip().splitlines()
    why = next((one for one in reversed(trace) if _RAISED.match(one)), "") or str(event.get("error") or "")
    return ": ".join(filter(None, [str(event.get("event") or ""), why])), event.get("level") in ("error", "critical")

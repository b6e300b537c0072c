"""Where words go: text for a person, JSON for a program, errors on standard error."""

import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cofounder.kit.errors import CofounderError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.theme import Theme

# Exit codes, documented in docs/reference/commands.md.
FAULT = 1
USAGE = 2
MISSING = 3
CONFLICT = 4
FORBIDDEN = 5
ENDED_BADLY = 6
NEEDS_ANSWER = 7
UNAVAILABLE = 69
INTERRUPTED = 130
EXIT_CODES = {
    0: "Done, or waiting for your approval.",
    FAULT: "A fault in the product itself.",
    USAGE: "The command or its input does not fit.",
    MISSING: "There is nothing with this name or id.",
    CONFLICT: "The thing is not in a state that allows this, or something else is in the way.",
    FORBIDDEN: "Not allowed.",
    ENDED_BADLY: "The task failed, was rejected or was cancelled; or a check of `doctor` failed.",
    NEEDS_ANSWER: "The task asks you something before it goes on.",
    UNAVAILABLE: "The database, a port or another service cannot be had now.",
    INTERRUPTED: "Stopped by Ctrl-C or SIGTERM.",
}
_BY_STATUS = {
    401: FORBIDDEN,
    403: FORBIDDEN,
    404: MISSING,
    409: CONFLICT,
    412: CONFLICT,
    429: UNAVAILABLE,
    503: UNAVAILABLE,
}


def exit_code(error: CofounderError | type[CofounderError]) -> int:
    """The exit code that tells a script what kind of error it was."""
    if error.status in _BY_STATUS:
        return _BY_STATUS[error.status]
    return FAULT if error.status >= 500 else USAGE


def line(error: CofounderError) -> str:
    """The whole error in one line: `error: field: what. hint`."""
    parts = ["error:"]
    if error.field:
        parts.append(f"{error.field}:")
    parts.append(_sentence(error.detail))
    if len(error.errors) > 1:
        others = [one for one in error.errors if one["field"] != error.field and one["message"] not in error.detail]
        parts += [_sentence(f"{one['field']}: {one['message']}") for one in others]
    if error.advice:
        parts.append(_sentence(error.advice))
    return " ".join(" ".join(parts).split())


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?", ":", "\u2026")) else text + "."


def complain(words: str) -> None:
    """One line on standard error, without colours or control codes."""
    print(words, file=sys.stderr)  # noqa: T201


def emit(data: Any) -> None:
    """JSON on standard output, and nothing else."""
    from pydantic_core import to_jsonable_python

    ready = to_jsonable_python(data, inf_nan_mode="null", fallback=str)
    sys.stdout.write(json.dumps(ready, ensure_ascii=False, indent=2) + "\n")
    sys.stdout.flush()


def at_terminal() -> bool:
    """Whether a person sits there: someone who reads and someone who types."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def prompt(question: str, *, default: str = "") -> str:
    """What a person types, without blanks around it. Ctrl-C and SIGTERM end it at once: raises typer.Abort."""
    import typer

    with _interruptible():
        suffix = " " if question.endswith(("?", ":", ")")) else ": "
        return str(typer.prompt(question, default=default, show_default=False, prompt_suffix=suffix)).strip()


def confirm(question: str) -> bool:
    """Yes or no; no where a person only presses Enter. Raises typer.Abort as `prompt` does."""
    import typer

    with _interruptible():
        return bool(typer.confirm(question, default=False))


_TICK = 0.2  # seconds


@contextmanager
def _interruptible() -> Iterator[None]:
    """A running event loop only notes the first Ctrl-C, and a question blocks the loop: here it raises instead."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    signs = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(sign, signal.default_int_handler) for sign in signs]
    # A signal that comes just before the terminal is read would be noted and wait for Enter: the tick wakes the read.
    ticked = signal.signal(signal.SIGALRM, lambda *_: None)
    signal.setitimer(signal.ITIMER_REAL, _TICK, _TICK)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for sign, handler in zip((*signs, signal.SIGALRM), (*before, ticked), strict=True):
            signal.signal(sign, handler)


# Mid tones that keep their contrast on paper and on ink; warm only where a person must act.
_TONES = {
    "you": "color(166)",
    "running": "color(32)",
    "done": "color(28)",
    "failed": "color(160)",
    "quiet": "color(243)",
}
# Sixteen colours are whatever the terminal makes of them: weight is the only thing that always shows.
_WEIGHTS = {"you": "bold", "running": "bold", "done": "", "failed": "bold", "quiet": ""}


def theme(*, tones: bool = True) -> "Theme":
    """Our styles, for a terminal with 256 colours or more, or for one with fewer."""
    from rich.theme import Theme

    return Theme(_TONES if tones else _WEIGHTS)


def screen() -> "Console":
    """The console for people. Without a terminal it writes plain text, 80 columns wide unless COLUMNS says else."""
    from rich.console import Console

    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # a terminal without our glyphs gets "?", not a traceback
    console = Console(highlight=False, markup=False, emoji=False)
    console.push_theme(theme(tones=console.color_system in ("256", "truecolor")))
    return console

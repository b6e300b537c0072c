"""What a server says of its tools, taken as data: cut to size, checked, named by a digest, compared.

Pure: no I/O. Nothing here follows a reference out of a schema, and nothing here is ever run as more than text.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, Field

from cofounder.kit import schemas_of_others

MOST_TOOLS = 500
MOST_BYTES = 2_000_000  # of all schemas of a server together
SCHEMA_BYTES = 64_000
DESCRIPTION = 2_000  # characters
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,128}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


class Seen(BaseModel):
    """A tool as its server describes it."""

    title: str = ""
    description: str = ""
    input_schema: dict[str, Any] = Field(default_factory=dict)
    output_schema: dict[str, Any] | None = None
    read_only: bool = False
    idempotent: bool = False
    destructive: bool = True
    cost_usd: float | None = None
    seconds: float | None = None
    requires_approval: bool = False

    @property
    def repeatable(self) -> bool:
        """Whether a second call does no more than the first, as the server says."""
        return self.read_only or self.idempotent

    def digest(self) -> str:
        """Another one whenever anything of it is another."""
        return hashlib.sha256(json.dumps(self.model_dump(), sort_keys=True).encode()).hexdigest()[:32]


class Listed(BaseModel):
    """A tool of a list: its name, what was seen of it, and why it cannot be used where it cannot."""

    name: str
    seen: Seen
    problem: str | None = None


class Change(BaseModel):
    """What of a tool is another than when it was approved, as texts to compare."""

    what: str
    before: str
    after: str


def plain(text: Any, most: int) -> str:
    """Text without control and invisible characters, cut to a length."""
    shown = _CONTROL.sub("", str(text or "")).strip()
    return shown if len(shown) <= most else f"{shown[: most - 1]}…"


def read(raw: Iterable[Any]) -> tuple[list[Listed], list[str]]:
    """(the tools of a list in its order, what was left out of it)."""
    listed: dict[str, Listed] = {}
    notes: list[str] = []
    left_out, total = 0, 0
    for one in raw:
        name = plain(one.name, 128)
        if len(listed) >= MOST_TOOLS:
            left_out += 1
            continue
        if name in listed:
            notes.append(f"The name {name!r} stands twice in its list; the first one counts.")
            continue
        size = _size(one.input_schema) + _size(one.output_schema)
        problem = _name_problem(one.name) or _problem(one.input_schema, one.output_schema, size)
        if problem is None and getattr(one.execution, "task_support", None) == "required":
            problem = "It can only be called as a task of its server, which is not supported."
        if problem is None and total + size > MOST_BYTES:
            problem = "The schemas of this server are too large together."
        if problem is None:
            total += size
        listed[name] = Listed(name=name, seen=_seen(one, with_schemas=problem is None), problem=problem)
    if left_out:
        notes.append(f"It lists {len(listed) + left_out:,} tools; the first {MOST_TOOLS:,} are kept.")
    return list(listed.values()), notes[:5]


def _seen(one: Any, *, with_schemas: bool) -> Seen:
    hints = one.annotations
    meta = one.meta or {}
    return Seen(
        title=plain(one.title or getattr(hints, "title", None), 200),
        description=plain(one.description, DESCRIPTION),
        input_schema=one.input_schema if with_schemas else {},
        output_schema=one.output_schema if with_schemas else None,
        read_only=bool(getattr(hints, "read_only_hint", None)),
        idempotent=bool(getattr(hints, "idempotent_hint", None)),
        destructive=getattr(hints, "destructive_hint", None) is not False,
        cost_usd=number(meta.get("cofounder/cost_usd")),
        seconds=number(meta.get("cofounder/seconds")),
        requires_approval=meta.get("cofounder/requires_approval") is True,
    )


def number(said: Any) -> float | None:
    """A cost or a time that somebody else states: a number from 0 to a million, else nothing."""
    good = isinstance(said, int | float) and not isinstance(said, bool) and 0 <= said <= 1_000_000
    return float(said) if good else None


def _size(schema: Any) -> int:
    return len(json.dumps(schema)) if schema is not None else 0


def _name_problem(name: str) -> str | None:
    if _NAME.fullmatch(name):
        return None
    return "Its name has other characters than letters, digits, '_', '-' and '.', or more than 128."


def _problem(taken: Any, given: Any, size: int) -> str | None:
    """Why nothing can be planned with these schemas."""
    if size > SCHEMA_BYTES:
        return f"Its schemas have {size:,} bytes; at most {SCHEMA_BYTES:,} are taken."
    for schema in (taken, given):
        if schema is None:
            continue
        if (said := schemas_of_others.fault(schema)) is not None:
            return plain(f"Its schema cannot be used. {said}", 400)
        if schema.get("type", "object") != "object":
            return "What it takes or gives is no object."
    return None


def changes(before: Seen, after: Seen) -> list[Change]:
    """What is another, in the order in which it matters to a person."""
    found = []
    for what in ("title", "description"):
        if getattr(before, what) != getattr(after, what):
            found.append(Change(what=what, before=getattr(before, what), after=getattr(after, what)))
    for what in ("input_schema", "output_schema"):
        if getattr(before, what) != getattr(after, what):
            found.append(Change(what=what, before=_shown(getattr(before, what)), after=_shown(getattr(after, what))))
    said = ("read_only", "idempotent", "destructive", "cost_usd", "seconds", "requires_approval")
    old, new = ({name: getattr(one, name) for name in said} for one in (before, after))
    if old != new:
        found.append(Change(what="promises", before=_shown(old), after=_shown(new)))
    return found


def _shown(value: Any) -> str:
    return "" if value is None else json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False)

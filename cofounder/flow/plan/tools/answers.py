"""What an outside tool answered, as data of a bearable size, and what its errors mean."""

import json
from typing import Any

from cofounder.flow.plan.tools import errors, guard, listing
from cofounder.kit import schemas_of_others, storable

TEXT = 200_000  # characters that are kept of a text
STRUCTURED = 1_000_000  # characters of JSON that are taken
_ANSWERED = (-32600, -32601, -32602, -32603)  # JSON-RPC 2.0, section 5.1: the server said no


def read(raw: Any) -> tuple[dict[str, Any], float | None]:
    """(the answer, what it cost where it says so). Raises ToolRefused for one that cannot be kept."""
    cost = listing.number((raw.meta or {}).get("cofounder/cost_usd"))
    given = raw.structured_content
    if given is not None and not raw.is_error:
        size = len(json.dumps(given))
        if size > STRUCTURED:
            raise errors.ToolRefused(f"It answered with {size:,} characters; at most {STRUCTURED:,} are taken.")
        kept = storable.mended(given)
        assert isinstance(kept, dict)
        if (what := schemas_of_others.unstorable(kept)) is not None:
            raise errors.ToolRefused(f"It answered with {what}, which cannot be kept.")
        return kept, cost
    text = storable.mended("\n".join(_part(part) for part in raw.content))
    if len(text) > TEXT:
        return {"text": f"{text[:TEXT]}…", "truncated": True, "characters": len(text)}, cost
    return {"text": text}, cost


def keep_promise(raw: Any, schema: dict[str, Any] | None) -> None:
    """Hold an answer against the schema that its tool gives for it. Raises ToolRefused for one that does not fit."""
    if schema is None:
        return
    if raw.structured_content is None:
        raise errors.ToolRefused("It answered without the fields that its schema promises.")
    try:
        wrong = next(iter(schemas_of_others.wrongs(raw.structured_content, schema, most=1)), None)
    except schemas_of_others.Unusable as error:
        raise errors.ToolRefused(f"Its answer cannot be held against its schema. {error}") from None
    if wrong is not None:
        where = ".".join(map(str, wrong.path))
        words = listing.plain(wrong.message, 300)
        raise errors.ToolRefused(
            f"It answered with what its schema does not allow: {f'{where}: ' if where else ''}{words}"
        )


def _part(part: Any) -> str:
    """A part of an answer as text; of a picture or a sound its kind and size."""
    if isinstance(getattr(part, "text", None), str):
        return str(part.text)
    if isinstance(getattr(part, "data", None), str):
        return f"[{listing.plain(part.mime_type, 60)}, {len(part.data) * 3 // 4:,} bytes]"
    resource = getattr(part, "resource", None)
    if isinstance(getattr(resource, "text", None), str):
        return str(resource.text)  # type: ignore[union-attr]
    where = getattr(part, "uri", None) or getattr(resource, "uri", None)
    return f"[{listing.plain(where, 300)}]" if where else ""


def refused(tool_id: str, words: str) -> errors.ToolFailed:
    """A tool's own error: an input that it does not take is refused for good, anything else may be better next time."""
    kind = errors.ToolRefused if "validation error" in words or "-32602" in words else errors.ToolFailed
    return kind(f"{tool_id}: {words or 'it failed without a word'}")


def refusal(error: Exception) -> str | None:
    """The words of an error with which the server itself answered; None for any other."""
    code, message = _rpc(error)
    return listing.plain(message, 1_000) or "it refused" if code in _ANSWERED else None


def unread(error: Exception) -> str | None:
    """The words about an answer that came and was too large to read; None for any other error."""
    code, message = _rpc(error)
    return message if code == guard.TOO_LARGE else None


def _rpc(error: Exception) -> tuple[int | None, str]:
    found = getattr(error, "error", None)
    code = getattr(found, "code", None)
    return (code, str(getattr(found, "message", ""))) if isinstance(code, int) else (None, "")

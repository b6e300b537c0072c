"""Channels are stored under one name, and shown in the order and under the name that the request used. Pure."""

import re
from collections.abc import Iterable

from cofounder.business.records import service as records


def spelling(task: records.TaskRow) -> dict[str, str]:
    """Canonical channel -> the name the request used, where they differ."""
    names = {str(channel): str(name) for channel, name in (task.preferences.get("spelling") or {}).items()}
    if "x" not in names and re.search(r"\btwitter\b", task.request, re.IGNORECASE):
        names["x"] = "twitter"
    return names


def in_order(task: records.TaskRow, names: Iterable[str]) -> list[str]:
    """Channels in the order in which they were asked for, the others after them by name."""
    wished = [*(task.preferences.get("channels") or []), *((task.intent or {}).get("channels") or [])]
    return sorted(names, key=lambda name: (wished.index(name) if name in wished else len(wished), name))


def spelled(channel: str, names: dict[str, str]) -> str:
    """The channel as the request spelled it; only X has two names in answers."""
    return names.get(channel, channel) if channel == "x" else channel

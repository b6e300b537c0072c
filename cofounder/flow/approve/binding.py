"""What binds a decision to a text: the fingerprint of the exact bytes, and the difference an edit made. Pure."""

import difflib
import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

Change = dict[str, str]  # {"op": "equal" | "delete" | "insert", "text": ...}


def canonical(document: Any) -> str:
    """One spelling for one meaning: keys sorted, no spaces, no escapes of our own."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def fingerprint(content: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of everything that would be sent: channel -> rendered text, recipients as named placeholders."""
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def word_diff(before: str, after: str) -> list[Change]:
    """The way from one text to the other, word by word; the equal and inserted parts joined are `after`."""
    old, new = _words(before), _words(after)
    changes: list[Change] = []
    for op, i, j, k, m in difflib.SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if op == "equal":
            changes.append({"op": "equal", "text": "".join(old[i:j])})
            continue
        if j > i:
            changes.append({"op": "delete", "text": "".join(old[i:j])})
        if m > k:
            changes.append({"op": "insert", "text": "".join(new[k:m])})
    return changes


def _words(text: str) -> list[str]:
    return re.findall(r"\s+|[^\s\w]|\w+", text)

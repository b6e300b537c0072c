"""Layout that channels share: clean line ends, the link and the hashtags last."""

import re
import unicodedata
from collections.abc import Sequence

PLACEHOLDER = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_TRAILING = re.compile(r"[ \t]+(?=\n)|[ \t]+\Z")
_GAP = re.compile(r"\n{3,}")


def tidy(text: str) -> str:
    """The same words in NFC, with plain line ends, no control characters, no trailing blanks, one empty line at most."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = unicodedata.normalize("NFC", _CONTROL.sub("", text))
    return _GAP.sub("\n\n", _TRAILING.sub("", text)).strip("\n \t")


def as_tag(word: str) -> str:
    """A hashtag with its sign."""
    return "#" + word.strip().lstrip("#")


def social(body: str, link: str | None, hashtags: Sequence[str], seen: str | None = None) -> str:
    """The body, then the link, then the hashtags; what already stands in `seen` (the body) is not said twice."""
    seen = body if seen is None else seen
    lines = [body] if body else []
    if link and link.strip() not in seen:
        lines.append(link.strip())
    present = {tag.lower() for tag in re.findall(r"#\w+", seen)}
    tags = [
        tag
        for tag in dict.fromkeys(as_tag(word) for word in hashtags if word.strip("# "))
        if tag.lower() not in present
    ]
    if tags:
        lines.append(" ".join(tags))
    return "\n\n".join(lines)


def placeholders(*texts: str | None) -> list[str]:
    """The names of the {{fields}} that are filled per recipient, in order of first use."""
    return list(dict.fromkeys(name for text in texts if text for name in PLACEHOLDER.findall(text)))

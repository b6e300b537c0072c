"""The address that an article gets at its site: its title, and a short mark by which we know it for ours."""

import hashlib
import re
import unicodedata

_LONGEST = 60


def slug(title: str | None, effect_key: str) -> str:
    """The same for the same publication; another publication's of the same title is another."""
    mark = hashlib.sha256(effect_key.encode()).hexdigest()[:10]
    plain = unicodedata.normalize("NFKD", title or "").encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if len(words) > _LONGEST:
        words = words[: _LONGEST + 1].rpartition("-")[0] or words[:_LONGEST]
    return f"{words}-{mark}" if words else mark


def tags(hashtags: tuple[str, ...]) -> list[str]:
    """Names of tags, each once, without the sign."""
    return list(dict.fromkeys(name for one in hashtags if (name := one.strip().lstrip("#"))))

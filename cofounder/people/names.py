"""When two names are one."""

import unicodedata


def folded(name: str) -> str:
    """Names are told apart without regard to case, width, spaces around them, and how an accent is written."""
    return unicodedata.normalize("NFKC", " ".join(name.split())).casefold()

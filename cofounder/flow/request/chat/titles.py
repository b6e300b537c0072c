"""A conversation's title, from its first message. Pure."""

import re

LONGEST = 60
_POLITE = re.compile(
    r"^(?:(?:hi|hello|hey|please|ok|so|well|thanks)\b[\s,!.:]*)*"
    r"(?:(?:can|could|would|will) you (?:please )?|i(?:'d| would) like (?:you )?to |please )?",
    re.IGNORECASE,
)


def title(message: str) -> str:
    """The message's first sentence without its greeting, cut between words."""
    line = next((one.strip() for one in message.splitlines() if one.strip()), message.strip())
    sentence = re.split(r"(?<=[.!?])\s+(?=\S)", _POLITE.sub("", line) or line)[0]
    plain = " ".join(sentence.split()).rstrip(".!,;: ") or " ".join(line.split())
    if len(plain) > LONGEST:
        cut = plain[: LONGEST - 1].rsplit(" ", 1)[0] if " " in plain[: LONGEST - 1] else plain[: LONGEST - 1]
        plain = cut.rstrip(" ,;:") + "…"
    return plain[:1].upper() + plain[1:]

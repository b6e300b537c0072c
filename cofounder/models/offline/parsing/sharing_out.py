"""Channels with a topic each ("about tea on LinkedIn, and on X about our office"): said as two orders, as they are meant."""

import re

_CHANNEL = r"(?:linked ?in|twitter|x|facebook|the blog|our blog)"
_TEXT = r"(?P<rest>[^.;:\n]{2,160}?)"
_END = r"(?=\s*(?:[.;!?\n]|$|,? (?:and|but) (?:publish|post|send|make|keep|use|add)\b|, (?:under|at most|max|in|with|no|friendly|formal)\b))"
_FIRST = re.compile(
    rf"\b(?:(?:about|regarding|announcing|that|how|why)\b[^.;\n]*\b(?:on|for|to) {_CHANNEL}|(?:on|for|to) {_CHANNEL}\b[^.;\n]*\b(?:about|regarding|that|how|why)\b[^.;\n]*"
    rf"|{_CHANNEL} (?:post|update)s?\b[^.;\n]*\babout\b[^.;\n]*|tweet (?:about|that)\b[^.;\n]*)",
    re.I,
)
_ORDER = re.compile(
    r"^\W*(?:please |can you |could you )*(?:write|draft|create|post|publish|tweet|prepare|compose|make|share|do)\b",
    re.I,
)
_CHANNEL_FIRST = re.compile(
    rf"\s*(?:[,;]\s*(?:(?:and|but|while)\s+)?|\s(?:and|but|while)\s+)(?:also\s+)?(?:on|for|to) (?P<ch>{_CHANNEL}),? (?P<how>about|regarding|that|how|why) {_TEXT}{_END}",
    re.I,
)
_TOPIC_FIRST = re.compile(
    rf"\s*(?:[,;]\s*(?:and\s+)?|\sand\s+)(?:also\s+)?(?P<how>about|regarding) {_TEXT} (?:on|for|to) (?P<ch>{_CHANNEL})(?=\s*(?:[.,;!?\n]|$))",
    re.I,
)
_LABELLED = re.compile(
    rf"(?:^|(?<=[.;\n])\s*)(?P<ch>{_CHANNEL})\s*:\s+(?P<rest>[^:;\n]{{3,160}}?)(?=[.;\n](?:\s|$)|$)", re.I
)


def say_apart(instruction: str) -> str:
    """The instruction with an order of its own for each channel that has its own topic."""
    labels = list(_LABELLED.finditer(instruction))
    if len(labels) > 1 and not instruction[: labels[0].start()].strip() and len({m["ch"].lower() for m in labels}) > 1:
        return _LABELLED.sub(lambda m: f" Write a post for {m['ch']} about {m['rest']}", instruction).strip()
    if not _ORDER.match(instruction):
        return instruction
    for pattern in (_CHANNEL_FIRST, _TOPIC_FIRST):
        instruction = pattern.sub(_order, instruction)
    return instruction


def _order(match: re.Match[str]) -> str:
    before = match.string[: match.start()]
    sentence = re.split(r"[.;!?\n]\s", before)[-1]
    if not _FIRST.search(sentence):
        return match[0]
    how = {"that": "saying that", "how": "about how", "why": "about why"}.get(match["how"].lower(), "about")
    return f". Write a post for {match['ch']} {how} {match['rest']}"

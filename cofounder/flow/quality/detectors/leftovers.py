"""Leftovers of the making: unfilled slots, words of a machine, instructions that were meant for a model."""

import re

from cofounder.flow.quality.detectors.context import Context, finding
from cofounder.flow.quality.schemas import Finding, Severity

ALLOWED_PLACEHOLDERS = frozenset({"name", "first_name", "unsubscribe", "from", "to", "company"})

_PATTERNS: list[tuple[str, Severity, re.Pattern[str], str, str]] = [
    (
        "model_talk",
        "blocking",
        re.compile(
            r"\bas an? (?:ai|artificial intelligence|large language|language)(?:[- ]language)? (?:model|assistant)\b|<\|[a-z_]+\|>|\[/?INST\]|<</?SYS>>|"
            r"^(?:(?:sure|certainly|of course|absolutely)[,!] )?here(?:['’]s| is| are) (?:a|an|the|your|my) (?:\w+ ){0,4}(?:post|draft|tweet|email|e-mail|version|article|thread|caption)\b[^.\n]*:|"
            r"\bI (?:cannot|can['’]t) (?:fulfil|comply with|assist with) (?:this|that) request\b|\bmy (?:knowledge|training) (?:cutoff|data)\b",
            re.IGNORECASE | re.MULTILINE,
        ),
        "These are a machine's words to its user, not part of the text.",
        "Delete them.",
    ),
    (
        "injection",
        "major",
        re.compile(
            r"\b(?:ignore|disregard|forget|override) (?:all |any |the |your |these )*(?:previous|prior|above|earlier|preceding|system) (?:instructions?|prompts?|rules?|messages?|directions?)\b|"
            r"\byou are (?:now )?(?:chatgpt|gpt|claude|gemini|dan|an? (?:unrestricted|ai|helpful assistant))\b|\b(?:reveal|print|show|repeat) (?:me )?(?:your|the) (?:system )?prompt\b|"
            r"^\s*(?:system|assistant|user|human)\s*:\s|\bnew instructions:|</?(?:system|instructions?|prompt|tool_call|function_call)>",
            re.IGNORECASE | re.MULTILINE,
        ),
        "It reads as an instruction to a machine that came in with a source.",
        "Delete it and look at where it came from.",
    ),
    (
        "empty_slot",
        "blocking",
        re.compile(
            r"(?<!\{)\{[a-zA-Z_][\w .]*\}(?!\})|<(?:insert|your|name|company|link|url|number|date)\b[^>\n]*>|"
            r"\[(?:insert|your|name|company|link|url|number|date|add|todo|placeholder|x+)\b[^\]\n]*\](?!\()|\b(?:TODO|TBD|FIXME|XXX)\b|\blorem ipsum\b|%\([a-z_]+\)s|\$\{[\w.]+\}"
        ),
        "A slot was not filled.",
        "Fill it or take the sentence out.",
    ),
    (
        "empty_value",
        "blocking",
        re.compile(r"(?<![\w-])(?:None|NaN)(?=[%,.;:)\s]|$)(?! of\b| other\b| are\b| is\b| has\b| have\b| had\b| was\b| were\b| the\b| gives?\b| can\b| ended\b| came\b)"
            r"|(?<![\w-])(?:undefined|null)(?=[%,.;:)]|$)|\$(?:nan|none|null)\b"),
        "A missing value was printed as a word.",
        "Say that the figure is not given.",
    ),
    (
        "open_gap",
        "blocking",
        re.compile(r"\[[^\[\]\n]{3,200}\?\](?!\()"),
        "A question of the outline waits for its answer.",
        "Write the answer in its place, or take the line out.",
    ),
    (
        "alternatives",
        "blocking",
        re.compile(r"(?<![|\w/])[a-z][\w' -]{2,}\|[a-z][\w' -]{2,}(?:\||\b)"),
        "Several wordings stand side by side; one was to be chosen.",
        "Keep one of them.",
    ),
    (
        "doubled_word",
        "minor",
        re.compile(r"\b(?!(?:that|had|very|bye|no|so|ha|many|long|really)\b)([A-Za-z]{2,}) \1\b(?!-)"),
        "A word stands twice.",
        "Delete one.",
    ),
]  # fmt: skip
_PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_HIDDEN = re.compile("[\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")


def find(text: str, context: Context) -> list[Finding]:
    """What must not leave the house."""
    found = [
        finding("leftovers", code, severity, message, advice, text=text, span=match.span())
        for code, severity, pattern, message, advice in _PATTERNS
        for match in pattern.finditer(text)
        if code != "empty_value" or not _starts_sentence(text, match)
    ]
    for match in _PLACEHOLDER.finditer(text):
        if match.group(1) not in ALLOWED_PLACEHOLDERS or context.channel not in (None, "email"):
            found.append(
                finding(
                    "leftovers",
                    "empty_slot",
                    "blocking",
                    "A placeholder stands where this channel fills none.",
                    "Fill it or take it out.",
                    text=text,
                    span=match.span(),
                )
            )
    hidden = [match for match in _HIDDEN.finditer(text) if not _in_flag(text, match.start())]
    if hidden:
        found.append(
            finding(
                "leftovers",
                "hidden_characters",
                "minor",
                f"It holds {len(hidden)} characters that nobody sees.",
                "Delete them; they may hide an instruction or a mark.",
                span=hidden[0].span(),
            )
        )
    return found


def _starts_sentence(text: str, match: re.Match[str]) -> bool:
    """Whether "None" may be an English word here: first in its sentence and followed by a full stop."""
    before = text[: match.start()].rstrip(" ")
    return match.group() == "None" and (not before or before[-1] in ".!?:\n")


def _in_flag(text: str, at: int) -> bool:
    """Tag characters belong to flags such as Scotland's."""
    return "\U000e0020" <= text[at] <= "\U000e007f" and "\U0001f3f4" in text[max(0, at - 8) : at]

"""Clauses that ask for work on a given text: shorten, summarise, edit, restyle, check."""

import re

from cofounder.models.offline.parsing import cues, metrics
from cofounder.models.offline.parsing.clause import Context, Found


def on_text(words: str, context: Context) -> Found | None:
    object_ = context.has_text or cues.OBJECT_THIS.search(words)
    ours = (
        metrics.find(words)
        or (metrics.FIGURES.search(words) and not cues.OBJECT_THIS.search(words))
        or (context.timed and not context.has_text and not re.search(rf"\b{cues.BYGONE}\b", words))
    )
    if (
        cues.COMPLIANCE.search(words)
        and (object_ or cues.QUESTION.match(words))
        and not re.search(r"\bmake\b[^.]*\bcompliant\b", words)
    ):
        return None
    for pattern, kind in (
        (cues.SHORT, "shorten_text"),
        (cues.SUMMARY, "summarise_text"),
        (cues.EDIT, "edit_text"),
        (cues.RESTYLE, "restyle_text"),
    ):
        match = pattern.search(words)
        if match is None:
            continue
        if match.start() > 0 and not object_:
            continue
        if not object_ and (ours or not _bare(words, kind)):
            continue
        if kind == "summarise_text" and ours and not context.has_text:
            continue
        if kind in ("edit_text", "shorten_text") and not object_ and cues.BUSINESS.search(words):
            continue
        sure = 0.95 if match.start() == 0 else 0.85
        return Found([(kind, match[0])], sure, refers=bool(cues.OBJECT_THIS.search(words)))  # type: ignore[list-item]
    return None


def _bare(words: str, kind: str) -> bool:
    """Whether hardly anything but the verb is said: "proofread", "shorten to 50 words"."""
    return len(words.split()) <= 6 and not re.search(r"\b(?:how|why|what)\b", words)


def compliance(words: str, context: Context) -> Found | None:
    match = cues.COMPLIANCE.search(words)
    if match is None:
        return None
    asks = cues.QUESTION.match(words) or re.match(
        r"(?:check|review|scan|vet|screen|verify|flag|validate|audit|find|make sure|ensure|look|test|run|do|compliance|can|may|could|point out|identify|spot|tell|see|assess|evaluate|analy[sz]e)\b",
        words,
    )
    if not asks or not (
        context.has_text
        or cues.OBJECT_THIS.search(words)
        or re.search(r"\b(?:claims?|say|call|promise|compliance|compliant|post|text|draft|newsletter|e-?mail)\b", words)
    ):
        return None
    return Found([("check_compliance", match[0])], 0.95, refers=bool(cues.OBJECT_THIS.search(words)))

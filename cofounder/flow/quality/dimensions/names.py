"""Names: people, companies and places in the text that nothing given mentions."""

import re

from cofounder.flow.quality.dimensions.reading import Reading
from cofounder.flow.quality.prose import sentences
from cofounder.models.brief import Issue

_NAME = re.compile(r"\b[A-Z][a-zà-ž][a-zà-ž'’]*(?:[ -](?:of |de |van |von )?[A-Z][a-zà-ž][a-zà-ž'’]*)*\b")
_WORD = re.compile(r"[a-zà-ž]{2,}")
_COMMON_WORDS = (
    "january february march april may june july august september october november december monday tuesday wednesday thursday "
    "friday saturday sunday linkedin twitter facebook google instagram youtube tiktok wordpress ghost slack english internet "
    "web christmas easter black cyber thanksgiving new year mr mrs ms dr prof europe european america american asia africa "
    "germany german france french britain british china chinese india indian japan japanese spain spanish italy italian "
    "saas myth true false unproven growth revenue conversions conversion traffic customers visits"
)
_COMMON = frozenset(_COMMON_WORDS.split())
_OPENERS = re.compile(r"(?:^|[.!?:;…\n–—(\[|]\s*|[\"“‘']\s*|^\s*[-*•]\s+|/\s*)$")


def unknown_names(reading: Reading) -> list[Issue]:
    """A name within a sentence that neither the request nor the facts, passages or company contain."""
    if reading.given:
        return []
    known = _known(reading)
    found = []
    for match in _NAME.finditer(reading.text):
        if _opens_sentence(reading.text, match.start()) or _in_title_line(reading.text, match.start()):
            continue
        strange = [
            word for word in _WORD.findall(match.group().lower()) if word.rstrip("s") not in known and word not in known
        ]
        if strange and reading.text[max(0, match.start() - 1) : match.start()] not in ("#", "@", "/", "."):
            found.append(
                Issue(
                    dimension="accuracy",
                    code="unknown_name",
                    severity="major" if " " in match.group() else "minor",
                    message=f"“{match.group()}”: nothing given mentions this name.",
                    span=match.span(),
                )
            )
    return found


def _known(reading: Reading) -> frozenset[str]:
    brief = reading.subject.brief
    texts = [
        brief.request,
        brief.topic,
        brief.company,
        brief.text,
        brief.call_to_action,
        brief.audience,
        brief.link,
        brief.feedback,
    ]
    texts += [*brief.must_include, *(part for one in brief.passages for part in (one.text, one.title))]
    texts += [part for fact in brief.facts for part in (fact.noun, fact.source, fact.metric)]
    texts += [fact.base.label for fact in brief.facts if fact.base]
    words = {word for text in texts if text for word in _WORD.findall(text.lower())}
    return _COMMON | frozenset(words) | frozenset(word.rstrip("s") for word in words)


def _opens_sentence(text: str, at: int) -> bool:
    """Whether a capital is due here anyway."""
    return bool(_OPENERS.search(text[max(0, at - 12) : at])) or any(one.start == at for one in sentences(text))


def _in_title_line(text: str, at: int) -> bool:
    """Headings and headline-like first lines may carry capitals on every word."""
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    line = text[start : end if end >= 0 else len(text)]
    if line.lstrip().startswith(("#", "|")):
        return True
    words = [word for word in line.split() if word[:1].isalpha() and len(word) > 3]
    return (
        not line.rstrip().endswith((".", "?", "!"))
        and bool(words)
        and sum(word[0].isupper() for word in words) >= 0.7 * len(words)
    )

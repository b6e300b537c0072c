"""Where a text points its readers: a link, and what it asks them to do."""

import re

from cofounder.models.offline.parsing import marks
from cofounder.models.offline.parsing.demands import Demands, take

_AT_SITE = re.compile(
    rf"\b(?:links?|url|website|see|visit|go to)(?: is| to)?\s*:?\s*(?:to )?(?P<url>{marks.BARE})"
)  # "include the link larkfield.example/demo"
_URL = re.compile(marks.LINK)
_LINK = re.compile(
    r"\b(?:(?:with|include|including|add|insert|put|plus) (?:a |the )?links?(?: to (?:our |the )?(?P<to>[\w' -]{2,40}))?|link(?:ing)? to (?:our|the) (?P<to2>[\w' -]{2,40}))"
)
_CTA = re.compile(
    r"\b(?:(?:with|include|including|add|end with|ending with|ends? (?:in|on)|and|use|finish with|close with|has|have) )?(?:an? |the |one |strong |clear |single )*(?:call[- ]to[- ]action|cta)\b"
    rf"(?:\s*(?:to|:|asking (?:people|readers|them)? ?to|that (?:says|asks|invites)(?: people| readers| them)?(?: to)?|for)\s+(?P<what>(?:[^.;,\n]|{marks.WITHIN}){{3,200}}))?"
)
_ASKS = re.compile(
    rf"\b(?:ask|invite|encourage|urge|tell|get) (?:readers|people|them|followers|everyone|our (?:followers|readers|audience|customers|subscribers)|the (?:reader|audience)) to (?P<what>(?:[^.;,\n]|{marks.WITHIN}){{3,200}})"
)
_AT_LINK = re.compile(r"\s*(?:\b(?:at|on|via|here|under)\b:?)?\s*\bhttps?://\S+$", re.I)
_POINTS = re.compile(
    r"(?:visit|see|open|read|go to|check(?: out)?|try|use|click(?: on)?|follow|browse|watch|get)$", re.I
)
_QUESTION_END = re.compile(
    r"\badd a question (?:at|to|in) the end\b|\b(?:end|finish|close)(?:s|ing)? (?:it )?(?:with|on|in) a question\b"
)


def links(low: str, text: str, demands: Demands) -> None:
    url = _URL.search(text)
    if url:
        take(demands, url, "link", url[0].rstrip(".,;:!?"))
        label = re.search(
            r"(?:[,;(]\s*)?\b(?:and )?(?:with (?:the |a )?)?(?:link|url|website|see|here|visit|go to|(?:read |learn |find out )?more (?:at|on|under))(?: is| to)?\s*:?\s*$",
            low[: url.start()],
        )
        if label:
            demands.spans.append((label.start(), url.end()))
    else:
        _bare_link(low, text, demands)
    match = _LINK.search(low)
    if match:
        demands.spans.append(match.span())
        if "link" not in demands.values:
            demands.link_wanted = (match["to"] or match["to2"] or "").strip()


def _bare_link(low: str, text: str, demands: Demands) -> None:
    """ "Link to larkfield.example/demo": networks make a link of it, and whoever reads it does."""
    calls = [match.span("what") for pattern in (_CTA, _ASKS) if (match := pattern.search(low)) and match["what"]]
    for match in _AT_SITE.finditer(low):
        if not any(a <= match.start("url") < b for a, b in calls):  # there it stands in the words of the call
            demands.values["link"] = demands.evidence["link"] = text[slice(*match.span("url"))]
            demands.spans.append(match.span())
            return


def calls(low: str, text: str, demands: Demands) -> None:
    match = _CTA.search(low) or _ASKS.search(low)
    if match:
        what = match.groupdict().get("what")
        demands.wants_call = True
        asked = _call(text[slice(*match.span("what"))]) if what else None
        take(demands, match, "call_to_action", asked)
        return
    match = _QUESTION_END.search(low)
    if match:
        demands.wants_call = True
        take(demands, match, "call_to_action", None)


def _call(said: str) -> str:
    """The words of the call; a link at its end is put last by itself, unless the words point to it."""
    said = said.strip()
    bare = _AT_LINK.sub("", said).strip()
    return said if not bare or _POINTS.search(bare) else bare

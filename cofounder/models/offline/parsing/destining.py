"""A text for a channel, where its words alone would be an analysis: "LinkedIn post comparing Q3 and Q2", "X: traffic vs May".

A channel that begins a request names what is to be made; one that is looked at ("LinkedIn performance", "my LinkedIn
posts") does not. Where both can be meant, the reading is doubted and asked about.
"""

import re

from cofounder.models.offline.parsing import channels, cues, deliverables
from cofounder.models.offline.parsing.clause import WRITE_KINDS, Context, Found
from cofounder.models.offline.parsing.deliverables import Thing

DOUBT = 0.5  # below what is carried out unasked

_CHANNEL = rf"(?:{'|'.join(channels.NAMED)})"
_LIST = rf"(?:(?:our|the|my)\s+)?{_CHANNEL}(?!\w)(?:\s*(?:,|and|&|/|\+|plus)\s*(?:and\s+)?(?:our\s+|the\s+)?{_CHANNEL}(?!\w))*"
_LABEL = re.compile(rf"(?:(?:on|for|to|in|via)\s+)?{_LIST}\s*(?::|\s[-–—])\s*(?P<rest>.*)", re.S)
_LEAD = re.compile(
    rf"(?:(?:an?|the|one|our|my|another|new|next|short|quick|brief|nice|good|simple|friendly|fun|casual|formal|two|three|four|five|\d|{_LIST},?|and|&|/|\+|plus|company|page|status|update)\s+)*"
)
_NUMBERED = re.compile(r"\b(?:\d|two|three|four|five)\s")
_LOOKED_AT = re.compile(
    r"(?:'s)?\s+(?:performance|engagement|metrics|analytics|stats|statistics|reach|impressions|numbers|figures|results|traffic|views|clicks|likes|open|opens|"
    r"click|conversions?|growth|reports?|analysis|statistics|frequency|vs|versus|v\.?\s|compared|against)\b"
)
_STUDY = re.compile(
    rf"(?:(?:write|draft|create|make|prepare|give me|do|i need|we need)\s+)?(?:(?:an?|the|our|short|quick|brief|full)\s+)*{_LIST}\s+(?:analysis|comparison|breakdown|overview|summary|recap|review|report|deep dive|forecast|projection)\s+(?:of|on|about|comparing)\s+(?P<rest>.*)",
    re.S,
)
_OF_THE_CHANNEL = re.compile(
    rf"\b(?:posts?|tweets?|followers?|engagement|impressions|reach|clicks|likes|campaigns?|ads?|open rates?|audience|subscribers|{_CHANNEL})(?!\w)"
)
_FOR = re.compile(
    rf"\s(?P<way>for|on|in|as|to)\s+(?:an?\s+)?{_LIST}(?:\s+(?:post|update|tweet|thread|article))?\s*[.!]?$"
)
_SLIDES = re.compile(r"carousels?|videos?|reels?|infographics?|slides?|slide decks?|images?|polls?|memes?")


def settle(found: Found, words: str, context: Context) -> Found:
    """The reading of an analysis, or the text for a channel that its words ask for instead."""
    if context.has_text or cues.TRANSLATE.search(words):
        return found
    if label := _LABEL.match(words):
        return _labelled(found, label)
    studied = _STUDY.match(words)
    if studied and not _OF_THE_CHANNEL.search(studied["rest"]):
        return _doubted(found)
    asks = cues.QUESTION.match(words)
    made = None if asks else _as_form(words, context)
    if made and found.kinds[0][0] == "forecast_metrics" and not made.unmade:
        made.kinds = [
            *found.kinds,
            *made.kinds,
        ]  # "a LinkedIn post forecasting our revenue": the post tells the forecast
    return made or _as_place(found, words)


def is_labelled(words: str) -> bool:
    """Whether a channel and a colon begin the words: "LinkedIn: revenue hit $80k in October"."""
    return bool(_LABEL.match(words))


def orders_analysis(words: str) -> bool:
    """ "LinkedIn: analyse our posts": an order behind a channel that no text is meant with for sure."""
    label = _LABEL.match(words)
    return bool(label and re.match(r"(?:analy[sz]e|compare|forecast)\b", label["rest"]))


def _labelled(found: Found, label: re.Match[str]) -> Found:
    """ "LinkedIn: Q3 revenue vs Q2": what stands behind the channel is what its text tells; an order there may mean either."""
    rest = label["rest"]
    if (
        cues.QUESTION.match(rest)
        or cues.COMPARE.match(rest)
        or cues.ANALYSE.match(rest)
        or cues.FUTURE_VERB.match(rest)
    ):
        return _doubted(found)
    if not rest.strip() or cues.OTHER_VERB.match(rest):
        return found
    return Found([("create_post", label.string[: label.start("rest")].strip())], 0.8, topic_at=label.start("rest"))


def _as_form(words: str, context: Context) -> Found | None:
    """ "LinkedIn post comparing Q3 and Q2 revenue": the form stands at the head, and figures are its topic."""
    things = deliverables.find(words)
    if not things or not _at_head(things[0], words):
        return None
    first = things[0]
    kinds = list(dict.fromkeys(thing.kind for thing in things if thing.kind in WRITE_KINDS and _at_head(thing, words)))
    if first.kind is None and _SLIDES.fullmatch(first.words) and context.placed:
        return Found([("create_post", first.words)], 0.75, unmade=first.words)
    made = [(kind, first.words) for kind in kinds if kind is not None]
    return Found(made, 0.88) if made and first.kind in WRITE_KINDS else None


def _at_head(thing: Thing, words: str) -> bool:
    before = words[: thing.start]
    lead = _LEAD.match(words, 0, thing.start)
    if lead is None or lead.end() != thing.start or _LOOKED_AT.match(words, thing.end):
        return False
    return not thing.words.endswith("s") or bool(_NUMBERED.search(before)) or thing.words == "sms"


def _as_place(found: Found, words: str) -> Found:
    """ "Q3 vs Q2 revenue for LinkedIn" is for LinkedIn; with an order to compare, or with "on", it may be LinkedIn's."""
    place = _FOR.search(words)
    if place is None:
        return found
    rest = words[: place.start()]
    if _OF_THE_CHANNEL.search(rest) or cues.QUESTION.match(words):
        return found
    ordered = cues.COMPARE.match(words) or cues.ANALYSE.match(words) or place["way"] != "for"
    if ordered or not (cues.COMPARE.search(rest) or re.search(r"(?<![\w])[$€£]?\d[\d.,]*(?:%|k\b|m\b|\s)", rest)):
        return _doubted(found)
    return Found([("create_post", place[0].strip())], 0.8, topic_at=0)


def _doubted(found: Found) -> Found:
    found.sure = min(found.sure, DOUBT)
    return found


def subject(topic: str) -> str:
    """What a doubted analysis is of, without the channel and the order before it."""
    low = topic.lower()
    head = _LABEL.match(low) or _STUDY.match(low)
    at = head.start("rest") if head else 0
    order = re.match(
        r"(?:compare|contrast|analy[sz]e|forecast|review|show|report on|summari[sz]e)\s+(?:(?:our|the)\s+)?", low[at:]
    )
    at += order.end() if order else 0
    bare = re.sub(r"^(?:our|the)\s+", "", topic[at:], flags=re.IGNORECASE)
    return "" if cues.QUESTION.match(bare.lower()) else bare

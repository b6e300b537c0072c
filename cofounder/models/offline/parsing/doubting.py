"""Channels that stand beside words nobody read: "but drop X", "Facebook can wait". They are asked about, never guessed.

A closed grammar: the words that lead up to a channel, back to the last comma or connective, all have to be words of
placing a text ("and share it on"), and what follows has to go on as an order does. Whatever else stands there may rule
the channel out, in wordings without end.
"""

import re

from cofounder.models.offline.parsing.channels import Mention
from cofounder.models.offline.parsing.sense import Doubt, Sense
from cofounder.models.offline.parsing.wording import PLACING

_READ = "\x00"  # stands where words are that some other reading rests on
_EDGE = re.compile(
    r"[.,;:!?()\n–—/&+]|\s-\s|\b(?:but|and|or|yet|however|though|although|while|whereas|plus|then|everywhere|anywhere|"
    r"(?:all|every|each|any|both|the)(?: of)?(?: (?:our|the|my|other))*(?: social)?(?: media)? (?:channels?|platforms?|networks?))\b"
)
_TOPIC = re.compile(
    r"\b(?:about|regarding|concerning|covering|announcing|explaining|describing|celebrating|introducing|promoting|how|why|whether|what|that|discussing|"
    r"saying|telling|announce[sd]?|celebrates?|promotes?|explains?|introduces?|thanking|on(?= (?:our|the|how|why|what)\b)|titled|called|named|subject|topic)\b"
)
_READERS = {
    "customers", "clients", "subscribers", "team", "people", "everyone", "everybody", "fans", "investors", "employees", "members",
    "users", "partners",
}  # fmt: skip
_LEADS = re.compile(
    r"\b(?:on|for|to|via|through|over|across|as|by|into|onto|in|at|from)\s+(?:(?:an?|the|our|my|your|its|both|all|\w+ly|\w+'s|new|short|official|company|own)\s+)*$"
)
_NO = re.compile(
    r"(?:\b(?:no|not|never|nor|neither|without|none|nobody|nothing|cannot|cant|wont|dont|hardly|barely|rather|anything)\b|n't\b)"
)
_AUXILIARY = re.compile(
    r"(?:is|isn't|are|aren't|was|were|be|can|can't|cannot|could|should|shouldn't|must|mustn't|may|might|need|needs|needn't|does|doesn't|do|don't|has|have|had|"
    r"will|won't|would|gets|got|stays?|remains?|waits?|not|never|no|later|aside|excepted|excluded)(?![\w'])"
)
# What is said of a text that is wanted: "the tweet should be short".
_POSITIVE = re.compile(
    r"(?:(?:is|are|should|must|can|may|could|will|would|needs?(?: to)?|has to|have to|ought to)\s+)?(?:(?:also|only|just|always|please)\s+)*"
    r"(?:to\s+)?(?:be (?!\w+(?:ped|ted|led|red|ned|sed|ded|ed)\b|out\b|off\b|left\b|absent\b|gone\b|not\b|no\b)\w|"
    r"be (?:published|posted|sent|written|formatted|based|focused|limited|scheduled)\b|"
    rf"{_READ}|(?:hear|know|see|learn|get|have) (?!no\b|nothing\b|none\b|left\b|to wait\b)\w|(?:is|are) (?:for|to|about|short|long|formal|casual|due)\b|include|contain|mention|say|sound|use|focus|end with|start with|go (?:live|out|first)\b|link\b|read\b)"
)
# Two that drop a channel behind the words of a topic, where every word may be read as the topic's own.
_DROPS = re.compile(
    r"\b(?:hold(?:ing)?|lay(?:ing)?|ease|easing|pass(?:ing)?|wait(?:ing)?|skip\w*|drop\w*|leav\w+|exempt\w*|spar(?:e|ing)|minus|barring|bar|save|sans|except\w*|exclu\w+|omit\w*)\s+"
    r"(?:(?:off|out|over|on|for|in|of|the|our|with)\s+)*$"
)
_PUBLISHES = re.compile(
    r"\b(?:publish|post|share|send|put|tweet|release|announce|spread|write|draft|create|prepare|make|schedule|promote|celebrate|upload)(?:ing|s)?\b"
)
_STOP = re.compile(r"[.;:!?()\n–—]|\s-\s|\b(?:but|yet|however|though|although|while|whereas|except)\b")
_GOES_ON = re.compile(
    r"(?:an?|the|our|my|your|its|all|every|everyone|everybody|people|this|that|these|it|them|us|me|about|regarding|on|for|to|with|in|at|by|via|as|from|of|"
    r"how|why|what|who|only|too|also|instead|first|please|today|tomorrow|tonight|now|under|max|post|posts|page|account|profile|audience|followers|list|"
    r"community|group|readers|channel|update|updates|thread|threads|article|articles|message|messages|announcement|announcements|caption|captions|copy|carousel|story|"
    r"version|versions|variant|variants|entry|entries|draft|drafts|blast|status|text|texts|content|teaser|note|piece|digest|headline|headlines|ideas?|"
    r"subject|title|titles|campaign|newsletter|last|next|\w+ing|\d\S*|q[1-4]|h[12]|up|down|out|off(?= the)|after|before|when|so|if|because|since|"
    r"customers|clients|subscribers|investors|employees|members|users|partners|team|staff)(?![\w'])"
)
_VERDICT = re.compile(
    r"\s*(?:[:?–—(]|\s-)\s*(?:no|nope|nah|not|never|skip|nothing|none|rather not|please don't|don't|out)\b"
)
_JOIN = re.compile(r"\s*(?:,|/|&|\+|and|or|,\s*and|,\s*or)\s*(?:(?:an?|the|our|on|to|for|via)\s+)*")
_ACTS = re.compile(r"(?:tweet|blog|e-?mail|mail)(?!\w)")
_HOMES = {"create_thread": ("x", r"threads?"), "write_article": ("blog", r"articles?")}


def find(found: Sense, goes: list[str]) -> list[Doubt]:
    """Every channel of `goes` that stands somewhere beside words of no known part."""
    mentions = sorted(_mentions(found, goes), key=lambda one: one.start)
    low = _cleared(found)
    doubts = [_beside(mention, mentions, low, several=len(goes) > 1) for mention in mentions]
    if len(goes) == 1 and not all(doubts):  # what is wanted elsewhere and is the only channel cannot be meant
        return []
    for i in range(1, len(mentions)):  # "must never land on Facebook and X", "Facebook and X can wait"
        if not _JOIN.fullmatch(low, mentions[i - 1].end, mentions[i].start):
            continue
        if doubts[i - 1] and not doubts[i] and not _FORMED.match(low, mentions[i].end):
            doubts[i] = doubts[i - 1]
    for i in range(len(mentions) - 2, -1, -1):
        joined = _JOIN.fullmatch(low, mentions[i].end, mentions[i + 1].start)
        if joined and doubts[i + 1] and not _left(mentions[i], mentions, low):
            doubts[i] = doubts[i] or doubts[i + 1]
    named = {m.name: Doubt(m.name, doubt) for m, doubt in zip(mentions, doubts, strict=True) if doubt}
    return [named[name] for name in goes if name in named]


_FORMED = re.compile(r"\s+(?:posts?|articles?|threads?|updates?)\b")


def _mentions(found: Sense, goes: list[str]) -> list[Mention]:
    """What names a channel of `goes`; a thread names X and an article the blog where they are written."""
    mine = [m for m in found.mentions if m.name in goes and m.role != "excluded"]
    kinds = {action.kind for action in found.actions}
    for kind, (name, pattern) in _HOMES.items():
        if kind in kinds and name in goes:
            for match in re.finditer(rf"\b{pattern}\b", found.reading.low):
                if not any(m.start <= match.end() + 1 and match.start() <= m.end + 1 for m in mine):
                    mine.append(Mention(name, match.start(), match.end(), True, "scope", match[0]))
    return mine


_NO_REFUSAL = re.compile(
    r"\b(?:(?:do not|don't|never) (?:forget|hesitate|fail) to|not (?:just|only)|no later than|no (?:more|longer|less|fewer) than|why not)\b"
)


def _cleared(found: Sense) -> str:
    """The instruction without what other readings rest on (lengths, times, tone, audience) and what only sounds like no."""
    low = _NO_REFUSAL.sub(lambda match: " " * len(match[0]), found.reading.low)
    for start, end in [*found.taken(), *((m.start, m.end) for m in found.times.mentions)]:
        low = low[:start] + _READ * (end - start) + low[end:]
    return low


def _left(mention: Mention, mentions: list[Mention], low: str) -> str:
    """The words from the last edge or other channel up to this one."""
    begin = max((m.end for m in mentions if m.end <= mention.start), default=0)
    edge = max((m.end() for m in _EDGE.finditer(low, begin, mention.start)), default=begin)
    return low[edge : mention.start].strip(f" {_READ}")


def _right(mention: Mention, mentions: list[Mention], low: str) -> str:
    """The words behind a channel up to the next edge; those that lead up to another channel are that one's."""
    edge = _EDGE.search(low, mention.end)
    end = edge.start() if edge else len(low)
    right = low[mention.end : end].strip()
    leads_on = any(mention.end <= m.start < end for m in mentions)
    return right if not leads_on or _AUXILIARY.match(right) else ""


def _beside(mention: Mention, mentions: list[Mention], low: str, *, several: bool) -> str:
    """The words that nobody read beside a channel, "" where all are read."""
    left, right = _left(mention, mentions, low), _right(mention, mentions, low)
    words = re.sub(rf"[\s{_READ}]+", " ", f"{left} {mention.words} {right}").strip()[-80:]
    refused = _verdict(mention, right, low)
    led = _LEADS.search(left + " ") or (not left and _listed(mention, mentions, low))
    topic = _topic_before(mention, mentions, low, led=bool(led))
    if topic is not None:
        if mention.role == "output":
            return words if _NO.search(topic) or _DROPS.search(topic) else ""
        last = re.search(r"([\w'-]+)\s*$", topic)
        bare = last and last[1] not in PLACING | _READERS and not right
        return words if several and (bare or refused) else ""
    unread = [word for word in re.findall(r"[a-z][a-z'-]*", left) if word not in PLACING | _READERS]
    if unread == ["keep"] and right.startswith(_READ):  # "keep the tweet under 200 characters"
        return ""
    objects = led and _PUBLISHES.search(left) and not _NO.search(left)  # "post the highlights on X"
    if refused or (unread and not objects and (several or _NO.search(left))):
        return words
    goes_on = not right or _GOES_ON.match(right) or _POSITIVE.match(right) or _ACTS.fullmatch(mention.words.lower())
    return words if several and not led and not goes_on else ""


def _listed(mention: Mention, mentions: list[Mention], low: str) -> bool:
    """Whether a channel ends a list that a preposition opens: "everybody on LinkedIn and Facebook knows"."""
    before = max((m for m in mentions if m.end <= mention.start), key=lambda m: m.end, default=None)
    if before is None or not re.fullmatch(r"\s*(?:and|or|&|/)\s*", low[before.end : mention.start]):
        return False
    left = _left(before, mentions, low)
    return bool(_LEADS.search(left + " ")) or (not left and _listed(before, mentions, low))


def _topic_before(mention: Mention, mentions: list[Mention], low: str, *, led: bool) -> str | None:
    """What has been said of a topic before a channel of the same clause, None where no topic was begun.

    "About tea and coffee on X": behind a preposition a topic reaches over "and", but not over another channel.
    """
    begin = max((m.end for m in mentions if m.end <= mention.start), default=0)
    stop = _STOP if led else _EDGE
    edge = max((m.end() for m in stop.finditer(low, begin, mention.start)), default=begin)
    started = list(_TOPIC.finditer(low, edge, mention.start))
    return low[started[-1].end() : mention.start] if started else None


def _verdict(mention: Mention, right: str, low: str) -> bool:
    """Whether what follows a channel says something of it that is no plain wish: "can wait", "isn't needed", "- no"."""
    if _VERDICT.match(low, mention.end):
        return True
    return bool(_AUXILIARY.match(right)) and not _POSITIVE.match(right)

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
_EVERYWHERE = re.compile(
    r"\b(?:everywhere|(?:all|every|each)(?: of)?(?: (?:our|the|my))*(?: social)?(?: media)? (?:channels?|platforms?|networks?))\b"
)
# What a text that is wanted shall be like: "on X keep it short", "the tweet should mention our shop".
_DESCRIBED = re.compile(
    rf"(?:and\s+)?(?:(?:should|must|can|may|could|needs? to|has to|ought to)\s+)?(?:(?:also|only|just|always|please)\s+)*(?:{_READ}|(?:be |is |are |keep it |make it |it should be )?"
    r"(?:a bit |a little |very |more )?(?:short|shorter|long|longer|formal|casual|funny|friendly|crisp|brief|concise|light|serious|playful|personal|professional|detailed)\b|"
    r"include|contain|mention|say\b|sound|use|focus|end with|start with|link\b|add\b|keep (?:it|them|the)\b|make (?:it|them)\b|go(?:es)? (?:live|out|first)\b|be (?:published|posted|sent|based|focused|limited)\b|"
    r"with\b|in an?\b|about\b|for\b|to\b)"
)
_AS_FOR = re.compile(r"\b(?:as|what|how) (?:for|about|to)$")
# Two that drop a channel behind the words of a topic, where every word may be read as the topic's own.
_DROPS = re.compile(
    r"\b(?:hold(?:ing)?|lay(?:ing)?|ease|easing|pass(?:ing)?|wait(?:ing)?|skip\w*|drop\w*|leav\w+|exempt\w*|spar(?:e|ing)|minus|barring|bar|save|sans|except\w*|exclu\w+|omit\w*)\s+"
    r"(?:(?:off|out|over|on|for|in|of|the|our|with)\s+)*$"
)
_PUBLISHES = re.compile(
    r"\b(?:publish|post|share|send|put|tweet|release|announce|spread|write|draft|create|prepare|make|schedule|promote|celebrate|upload|repurpose|rework|adapt|recast|reformat)(?:ing|s)?\b"
)
_STOP = re.compile(r"[.;:!?()\n–—]|\s-\s|\b(?:but|yet|however|though|although|while|whereas|except)\b")
_GOES_ON = re.compile(
    r"(?:an?|the|our|my|your|its|all|every|everyone|everybody|people|this|that|these|it|them|us|me|about|regarding|on|for|to|with|in|at|by|via|as|from|of|"
    r"how|why|what|who|only|too|also|instead|first|please|today|tomorrow|tonight|now|under|max|post|posts|page|account|profile|audience|followers|list|"
    r"community|group|readers|channel|update|updates|thread|threads|article|articles|message|messages|announcement|announcements|caption|captions|copy|carousel|story|"
    r"version|versions|variant|variants|entry|entries|draft|drafts|blast|status|text|texts|content|teaser|note|piece|digest|headline|headlines|ideas?|"
    r"subject|title|titles|campaign|newsletter|last|next|\d\S*|q[1-4]|h[12]|"
    r"customers|clients|subscribers|investors|employees|members|users|partners|team|staff)(?![\w'])"
)
_PARTICIPLE = re.compile(r"(?!being|staying|remaining|waiting|missing|excluding)\w+ing\b")
_PLACE = re.compile(
    r"(?:(?:posts?|page|account|profile|channel|feed|audience|followers|subscribers|readers|list|version|update|text)\s+)+"
)
_CONDITION = re.compile(r"(?:,\s*)?(?:only )?(?:if|unless|maybe|perhaps|optional(?:ly)?|when(?:ever)? there)\b")
# A word or two behind a colon or a dash, on their own: "X: pass", "Facebook - rather not".
_VERDICT = re.compile(r"\s*(?:[:?–—(]|\s-)\s*(?P<said>[a-z][a-z'-]*(?: [a-z][a-z'-]*){0,2})\s*(?=$|[.,;!?)\n])")
_LABEL = re.compile(r"[^.,;:!?()\n]{1,90}:$")
_JOIN = re.compile(r"\s*(?:,|/|&|\+|and|or|,\s*and|,\s*or)\s*(?:(?:an?|the|our|on|to|for|via)\s+)*")
_ACTS = re.compile(r"(?:tweet|blog|e-?mail|mail)(?!\w)")
_HOMES = {"create_thread": ("x", r"threads?"), "write_article": ("blog", r"articles?")}


def find(found: Sense, goes: list[str]) -> list[Doubt]:
    """Every channel of `goes` that stands somewhere beside words of no known part."""
    mentions = sorted(_mentions(found, goes), key=lambda one: one.start)
    low = _cleared(found)
    doubts = [_beside(mention, mentions, low, several=len(goes) > 1) for mention in mentions]
    if len(goes) > 1:
        doubts = [doubt or _again(mention, mentions, low) for mention, doubt in zip(mentions, doubts, strict=True)]
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
    label = _LABEL.search(low, begin, edge)
    if (
        label
        and not (_TOPIC.search(label[0]) or _PUBLISHES.search(label[0]))
        and not re.match(r"\s*(?:where|targets?|destinations?|outputs?)\s*:$", label[0])
    ):  # "On hold: Facebook"
        edge = label.start()
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
    goes_on = (
        not right or _GOES_ON.match(right) or (_PARTICIPLE.match(right) and (left or not low[: mention.start].strip()))
    )
    goes_on = goes_on or _POSITIVE.match(right) or _ACTS.fullmatch(mention.words.lower())
    return words if several and not led and not goes_on else ""


def _again(mention: Mention, mentions: list[Mention], low: str) -> str:
    """The words around a channel that was wanted before and is named again, unless they order or describe its text."""
    before = [m for m in mentions if m.name == mention.name and m.end <= mention.start]
    if before and re.fullmatch(
        r"\s*(?:posts?\s+)?(?:on|for|to|in)\s+(?:(?:the|our|a)\s+)?", low[before[-1].end : mention.start]
    ):
        return ""  # "an article for the blog"
    wanted = bool(before) or bool(_EVERYWHERE.search(low, 0, mention.start))
    left, right = _left(mention, mentions, low), _right(mention, mentions, low)
    if not wanted:
        return ""
    words = re.sub(rf"[\s{_READ}]+", " ", f"{left} {mention.words} {right}").strip()[-80:]
    if _topic_before(mention, mentions, low, led=bool(_LEADS.search(left + " "))) is not None:
        begin = max((m.end() for m in re.finditer(r"[.;!?]\s|\n", low[: mention.start])), default=0)
        in_order = _PUBLISHES.search(low, begin, mention.start) or any(begin <= m.start for m in before)
        return "" if in_order else words  # "I changed my mind about X"
    then = low[mention.end + len(right) :].lstrip(" ,:(–—-")
    form = _PLACE.match(right + " ")
    said = right[form.end() :] if form else right
    ordered = _PUBLISHES.search(left) or (left and _ACTS.fullmatch(mention.words.lower()) and not said)
    described = _DESCRIBED.match(said) or (not said and _DESCRIBED.match(then) and not _AS_FOR.search(left))
    named_with = re.search(r"(?:^|\s)(?:also|especially|including|particularly|mainly|first|only)$", left)
    if (ordered and (not said or _GOES_ON.match(said) or _DESCRIBED.match(said))) or described or named_with:
        return ""
    return words


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
    said = _VERDICT.match(low, mention.end)
    if said and not any(word in PLACING for word in said["said"].split() if word not in ("out", "for", "this", "is")):
        return True
    if _CONDITION.match(low[mention.end :].lstrip()):
        return True
    right = _PLACE.sub("", right, count=1) if _PLACE.match(right) else right
    return bool(_AUXILIARY.match(right)) and not _POSITIVE.match(right)

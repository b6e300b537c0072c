"""Where a text is to go: the channels a request names, those it rules out, and those the product does not have."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

KNOWN = ("linkedin", "x", "facebook", "email", "blog", "webhook", "outbox")
TITLES = {
    "linkedin": "LinkedIn", "x": "X", "facebook": "Facebook", "email": "e-mail", "blog": "the blog", "webhook": "the webhook",
    "outbox": "the outbox",
}  # fmt: skip
OPTIONS = ["LinkedIn", "X", "Facebook", "E-mail", "Blog"]
_NAMES = {
    "linkedin": r"linked[ -]?in", "x": r"twitter(?: ?\(x\)| ?/ ?x\b)?|x ?/ ?twitter|x ?\(twitter\)|x\.com|tweets?|(?<![\w'.-])x(?![\w'-])",
    "facebook": r"face ?book|(?<!\w)fb", "email": r"e-?mails?|e mails?|newsletters?|mailings?|(?:mailing|mail)(?= list)|(?<=by |ia )mail",
    "blog": r"(?:we)?blogs?|word ?press|ghost|our website", "webhook": r"web ?hooks?", "outbox": r"outbox(?: folder)?",
}  # fmt: skip
UNKNOWN = {
    "Instagram": r"instagram|insta|(?<=on )ig|instagram reels?", "TikTok": r"tik ?tok", "YouTube": r"you ?tube|youtube shorts",
    "Pinterest": r"pinterest", "Threads": r"threads(?= post| app)|(?<=on )threads|(?<=to )threads|meta threads|(?<=, )threads(?=,| and)|(?<=and )threads(?=[.!?]?$)|threads by meta",
    "Reddit": r"reddit|subreddit", "Medium": r"medium\.com|(?<=on )medium|(?<=for )medium(?![- ]\w)|(?<=to )medium|medium (?:post|article|story)",
    "Slack": r"slack", "Discord": r"discord", "Telegram": r"telegram", "WhatsApp": r"whats ?app", "Snapchat": r"snap ?chat",
    "Mastodon": r"mastodon", "Bluesky": r"blue ?sky", "Substack": r"substack", "Quora": r"quora", "Xing": r"xing", "Weibo": r"weibo",
    "WeChat": r"we ?chat", "Tumblr": r"tumblr", "Twitch": r"twitch", "Vimeo": r"vimeo", "Hacker News": r"hacker ?news",
    "Product Hunt": r"product ?hunt", "Google Ads": r"google ads?|adwords", "SMS": r"sms|text messages?|text(?= (?:(?:all|our|the|my) )+(?:\w+ )?(?:customers|clients|users|subscribers|members|followers|people|team|staff|guests|patients|readers|contacts|list)\b)", "VK": r"(?<!\w)vk(?!\w)",
    "Microsoft Teams": r"microsoft teams|ms teams", "Truth Social": r"truth social", "Clubhouse": r"clubhouse", "Nextdoor": r"nextdoor",
    "intranet": r"intranet", "wiki": r"wiki(?!pedia)", "push notification": r"push[- ]notifications?|push messages?", "Signal": r"(?<=on )signal|(?<=via )signal",
    "Viber": r"viber", "Patreon": r"patreon", "Flickr": r"flickr", "Kickstarter": r"(?<=on )kickstarter", "RCS": r"rcs", "MMS": r"mms",
    "Google Business": r"google (?:my )?business(?: profile)?", "Yelp": r"yelp",
}  # fmt: skip
NAMED = (*_NAMES.values(), *UNKNOWN.values())  # every channel, as a pattern
Role = Literal["output", "scope", "excluded"]


@dataclass(frozen=True, slots=True)
class Mention:
    name: str  # canonical, or the title of a channel we do not have
    start: int
    end: int
    known: bool
    role: Role
    words: str


_ANY = re.compile(
    "|".join(
        f"(?P<{prefix}{i}>(?<![\\w@#])(?:{pattern})(?!\\w))"
        for prefix, group in (("k", _NAMES), ("u", UNKNOWN))
        for i, pattern in enumerate(group.values())
    )
)
_KNOWN_LIST, _UNKNOWN_LIST = list(_NAMES), list(UNKNOWN)
_PREPOSITION = re.compile(
    r"\b(?:on|to|for|via|through|over|across|as|by|into|onto|in|at|from|just|only|channels?\s*[:=]|platforms?\s*[:=])\s*(?:an? |the |our |my |both |all |"
    r"(?:company|corporate|official|personal|public|weekly|monthly|short|nice|quick|single|new|next|company's|internal|own|whole)\s+)*\(?$"
)
_FORM = re.compile(
    r"(?:'s)?\s*(?:-\s*)?(?:\w+ )?(?:posts?|update|updates|thread|article|message|announcement|caption|copy|carousel|story|version|variant|"
    r"entry|draft|blast|broadcasts?|reels?|status|text|content|teaser|post idea|status|note|piece|digest)\b"
)
_SELF_FORM = re.compile(
    r"tweets?|newsletters?|e-?mails?|e mails?|mailings?|blogs?|sms|mms|text messages?|text|push[- ]notifications?|push messages?"
)
_SCOPE_AFTER = re.compile(
    r"(?:'s)?\s+(?:(?!and |or |then |to )\w+ )?(?:engagement|performance|traffic|analytics|metrics|stats|statistics|reach|impressions|growth|numbers|figures|"
    r"results|campaigns?|ads?|advertising|marketing|strategy|open rates?|open|opens|clicks?|click-?through|ctr|algorithm|users|likes|"
    r"shares|trends?|tips|best practices|features?|api|bot|bots|automation|integration|plugin|themes?|headlines?|subject|titles?|"
    r"unsubscribes?|signups?|sign-ups|security|deliverability|address|addresses|etiquette|templates?|calendar|plan|schedule|titles?|"
    r"brings?|brought|converts?|drives?|drove)\b"
)
_PLACE_AFTER = re.compile(
    r"(?:'s)?\s+(?:page|profile|account|audience|followers|subscribers|list|community|group|feed|readers|channel|contacts)\b"
)
_NOT_BEFORE = re.compile(
    r"(?:\bnot (?:on|for|to|via|in|by)?|\bno|\bexcept(?: for)?|\bwithout|\bbut not(?: on| for| to)?|\binstead of|\brather than|\bskip|\bleave out|\bnever on|"
    r"n't (?:post|publish|share|put)(?: it| this)? (?:on|to))\s*(?:an? |the |our )?$"
)
# "why we stopped posting on X": a channel somebody is on is what the text tells of.
_TOLD_OF = re.compile(
    r"\b(?:(?:stop|quit|start|stopped|started|keep|kept|avoid|avoided|from|of|by|when|after|before|while|for) (?:posting|publishing|tweeting|advertising|sharing)"
    r"|(?:we|they|you|people|i)(?:'re|'ll|'ve| are| will| do| have| can| should)?(?P<no> not| no longer| never|n't| now)?(?: (?:only |often |always )?(?:post|publish|share|advertise|tweet)(?:ed|ing)?(?: \w+){0,3}?|(?(no)|(?!)))"
    r"|left|leaving|quit|quitting|joined|joining)\s+(?:on |to |in |from )?(?:the |our )?$"
)
_GOES_ON = re.compile(
    r"\s+(?!(?:and|or|but|nor|about|on|for|to|with|please|either|because|then|at|in|this|that|only|so|as|until|before|if|it|yet|though|thanks)\b)[a-z]"
)
_JOIN = re.compile(
    r"\s*(?:,|/|&|\+|and|or|as well as|plus|then|also|,\s*and|,\s*plus|and (?:also )?(?:on|to|for|via|by|an?|the|our))*\s*(?:an? |the |our |on |to )?"
)
_TOPIC_START = re.compile(
    r"\b(?:about|regarding|concerning|covering|announcing|explaining|how|why|whether|that|discussing|saying|telling)\b"
)
_SENTENCE = re.compile(
    r"[.!?\n]\s|\b(?:and|then|but)\s+(?:also\s+)?(?:write|draft|create|make|prepare|compose)\s+(?=(?:me |us )?an?\b)"
)


def find(low: str, text: str) -> list[Mention]:
    """Every channel named, in order, with its part: where the text goes, what it is about, or ruled out."""
    raw = [m for m in (_mention(found, low, text) for found in _ANY.finditer(low)) if m is not None]
    return _spread(raw, low)


def names_in(answer: str) -> tuple[list[str], list[str]]:
    """(known, unknown) channel names in a short answer or a preference, whatever their part."""
    low = answer.lower()
    found = [
        m
        for m in (_mention(hit, low, answer, bare=True) for hit in _ANY.finditer(low))
        if m is not None and m.role != "excluded"
    ]
    known = list(dict.fromkeys(m.name for m in found if m.known))
    return known, list(dict.fromkeys(m.name for m in found if not m.known))


_THREAD = re.compile(
    r"(?:as )?(?:an? |the )?(?:(?:(?:x|twitter|tweet)[ _-]?threads?)|thread)(?: (?:on|for) (?:x|twitter))?", re.I
)
_THREAD_PLACE = re.compile(
    r"\b(?:(?:to|for|as|on|in|into)|(?:linkedin|x|twitter|facebook|face book|e-?mail|newsletter|blog)(?:,? (?:and|or|plus)|,| &| \+))"
    r" (?:an? |the )?(?:x |twitter )?thread(?=\s*(?:[.,;:!?)]|$|(?:and|about|on|plus)\b))"
)


def is_thread(value: str) -> bool:
    """Whether a channel's name means the form that X calls a thread ("Threads" is a network of its own)."""
    return bool(_THREAD.fullmatch(value.strip()))


def places_thread(low: str) -> bool:
    """Whether a thread is named where channels are: "for LinkedIn and a thread", "to thread"."""
    return bool(_THREAD_PLACE.search(low))


def of_preferences(values: Iterable[str]) -> tuple[list[str], list[str]]:
    """Canonical names of preferred channels, and those the product does not have (as written)."""
    known: list[str] = []
    unknown: list[str] = []
    for value in values:
        if is_thread(str(value)):
            known.append("x")
            continue
        names, others = names_in(str(value))
        known += names
        unknown += others or ([] if names else [str(value).strip()])
    return list(dict.fromkeys(known)), list(dict.fromkeys(v for v in unknown if v))


def title(name: str) -> str:
    return TITLES.get(name, name)


_FAR = 40  # characters: what stands further off says nothing of a channel, and a long message is read at once


def _mention(found: re.Match[str], low: str, text: str, *, bare: bool = False) -> Mention | None:
    group = found.lastgroup or "k0"
    known, number = group[0] == "k", int(group[1:])
    name = _KNOWN_LIST[number] if known else _UNKNOWN_LIST[number]
    start, end = found.span()
    words, before, after = text[start:end], low[max(0, start - _FAR) : start], low[end : end + _FAR]
    near = re.search(r"(?:\b(?:on|to|for|and|via|or|an)|[,/&+])\s*$", before) or re.match(
        r"[ -](?:post|thread|update)s?\b", after
    )
    if not bare and words == "x" and not near:
        return None
    if (
        not bare
        and words == "X"
        and re.search(r"\b(?:mention|include|say|add|generation|avoid|series|gen|model|size)\s+$", before)
    ):
        return None
    if name == "blog" and words.lower() in ("our website",) and not re.search(r"\b(?:on|to|for)\s+$", before):
        return None
    if (
        name == "blog"
        and words == "ghost"
        and not bare
        and not re.search(r"\b(?:on|to|for|our|via|in|,|and)\s*$", before)
    ):
        return None
    if re.match(r"ghost ?writ", low[start : start + 11]):
        return None
    return Mention(name, start, end, known, _role(low, start, end, words.lower()), words)


def _role(low: str, start: int, end: int, words: str) -> Role:
    before, after = low[max(0, start - 60) : start], low[end : end + 40]
    if _NOT_BEFORE.search(before):
        return "scope" if _GOES_ON.match(after) and not _FORM.match(after) else "excluded"  # "no LinkedIn jargon"
    sentence = _SENTENCE.split(low[max(0, start - 200) : start])[-1]
    topical = _TOPIC_START.search(sentence)
    if topical and _TOLD_OF.search(before):
        return "scope"
    if (
        words in ("email", "e-mail", "mail")
        and re.match(r"\s+(?:our|all|my|the) \w+", after)
        and re.search(r"(?:^|[.;:\n]\s*|\b(?:and|then|please)\s+)$", before)
    ):
        return "output"
    if re.match(r"\s+only\b(?! (?:has|have|shows|works))", after):
        return "output"
    asked = _PREPOSITION.search(before)
    if asked and _PLACE_AFTER.match(after):
        return "output"
    if _SCOPE_AFTER.match(after) and not _FORM.match(after):
        return "scope"
    if asked and asked[0].split()[0] == "from":
        return "scope"
    if asked and not after.startswith("'s"):
        if re.search(r"\b(?:in|by|at)\s+(?:our |the |my )?$", before) and words in (
            "blog",
            "blogs",
            "tweets",
            "newsletter",
            "newsletters",
            "emails",
        ):
            return "scope"
        return "output"
    if (_FORM.match(after) or _SELF_FORM.fullmatch(words)) and not topical and not after.startswith("'s"):
        return "output"
    if topical and re.search(
        r"(?:\band|,|\bplus|&|as well as|along with|together with)\s+(?:also )?(?:an?|one|two|three|\d+|matching|short|weekly)(?: \w+)?\s+$",
        before,
    ):
        return "output" if _FORM.match(after) or _SELF_FORM.fullmatch(words) else "scope"
    if re.search(r"[(\-–—:]\s*$", before) and re.match(r"\s*(?:\)|$|[,.&/]|and\b|:)", after):
        return "output"
    if start <= len(before) and re.fullmatch(r"\W*", before) and re.match(r"\s*[:,&/+\-–]|\s+and\b", after):
        return "output"
    return "scope"


def _spread(mentions: list[Mention], low: str) -> list[Mention]:
    """Lets a channel take the part of its neighbour in a list: "on LinkedIn and X", "LinkedIn and X posts"."""
    roles = [m.role for m in mentions]
    order = [*range(1, len(mentions)), *range(len(mentions) - 2, -1, -1)]
    for i in order:
        for j in (i - 1, i + 1):
            if not 0 <= j < len(mentions) or roles[i] != "scope" or roles[j] == "scope":
                continue
            left, right = (mentions[j], mentions[i]) if j < i else (mentions[i], mentions[j])
            gap = low[left.end : right.start]
            scoped = _SCOPE_AFTER.match(low[mentions[i].end : mentions[i].end + 40])
            if _JOIN.fullmatch(gap) and not (scoped and j < i):
                roles[i] = roles[j]
    return [Mention(m.name, m.start, m.end, m.known, roles[i], m.words) for i, m in enumerate(mentions)]

"""What a text is to be about, cut out of the part that asks for it."""

import re

_START = re.compile(
    r"\b(?:about|regarding|concerning|covering|announcing|celebrating|promoting|highlighting|explaining|comparing|forecasting|showing|sharing|introducing|describing|discussing|featuring|summari[sz]ing|teasing|revealing|inviting people to|"
    r"(?:(?<=post )|(?<=update )|(?<=tweet )|(?<=article )|(?<=newsletter ))(?=how (?:we|our)\b)|on the topic of|on (?=how|why|what|our|the|a |an |[a-z0-9])|around|"
    r"to (?:announce|promote|celebrate|introduce|share|explain|highlight|launch|mark)|that (?:announces|explains|shows|celebrates|covers|highlights|describes|promotes|introduces|summari[sz]es|compares)|"
    r"(?:telling|tell(?:s|ing)?|say(?:s|ing)?|informing)(?: (?:people|them|everyone|our \w+|customers|followers))?(?: that| about)?|(?:titled|named|called|entitled|with (?:the )?title|topic\s*[:=]|subject\s*[:=]|theme\s*[:=])|with (?=our |the (?:latest|numbers|figures|q\d|results|highlights))|from (?=our |the (?:latest |last )?(?:results|numbers|figures|report|data|quarter|month))|for (?=our (?:new |upcoming |next |\w+ )?(?:launch|webinar|event|product|campaign|sale|release|feature|conference|workshop|course|podcast|anniversary|opening|article|blog|post|post on|report|newsletter|app|update|release|offer)|(?:the|a|an|this|[a-z]+'s) (?:[\w-]+ ){0,3}(?:launch|webinar|event|campaign|sale|release|conference|workshop|course|anniversary|opening|offer|newsletter|blog post|article|post|product|app|feature|results|numbers)|black friday|christmas|q\d|[a-z]+ (?:results|launch|numbers|figures|release|day|friday))|(?:announcement|overview|summary|recap|review|launch) of (?=our |the |q\d|last|this|all))\s*"
)
_STOP = re.compile(
    r"(?<!vs)[.!?;](?=\s|$)|\n| \((?=max|min|no |at most|under|with|not |about \d|\d+ )|,? (?:target group|target audience|audience|tone|style|length|channels?|deadline)\s*[:=]|,? (?:(?:and|then|but)(?: then)? )*(?:please )?(?:publish|post|send|share|schedule|put|tweet|release|approve|get) (?:it|this|that|them)\b|,? (?:and )?(?:to be|which should be|it should be|should be|to get) (?:published|posted|sent|scheduled|released)\b|,? (?:it|which|that) (?:should|must|has to|will|can) go (?:live|out|online)\b|,? (?:and|then|but)? ?(?:make sure|please|ensure|include|do not|don't|dont|max|add an?|keep (?:it|the)|it should|wrap|put|end (?:it|with)|use (?:a|the|an)|no more than)\b| with (?:at least|at most|exactly|less than|more than)\b|, then\b| with (?:a |separate )?(?:variants?|versions?)\b| with an? (?:title|headline|catchy|short|strong|clear|call)\b|, (?:and )?(?:with|in|under|using|so|but|for|no|max|at most)\b"
)
_LEADING = re.compile(
    r"^(?:know (?:that |about )?|(?:our|the|my|an?|some|all|your|its)\s+|that\s+|about\s+|of\s+|how\s+(?=our q\d)|on\s+)+",
    re.I,
)
_TRAILING = re.compile(
    r"(?:[\s,;:.!?\-–—\"'(]+|\s(?:not just|not only|please|thanks|thank you|for me|for us|and|or|but|with|in|on|for|to|of|a|the|around|roughly|approximately|as|by|via|using|that|which|then|now|asap))+$"
)
VAGUE = re.compile(
    r"(?:it|this|that|these|those|them|something|anything|stuff|things?|everything|whatever|some stuff|something (?:cool|nice|good|interesting|fun|new|great|else)|whatever you (?:want|like|think)|"
    r"(?:my|our|the) (?:stuff|things?|topic|subject)|marketing|us|me|you|our (?:company|business)|company|business|what we (?:talked|spoke|discussed).*|the usual|usual|same(?: thing)?|topic|a topic|any topic|something about .{0,3}|news|social media|linkedin|content|more|the above|above|below|following|highlights? of it)"
)
_FILLER = re.compile(
    r"\b(?:please|create|write|draft|compose|generate|produce|craft|prepare|make|give|get|me|us|need|want|like|i|we|i'd|we'd|do|send|share|post|posts|publish|tweet|tweets|an?|the|some|new|short|long|quick|nice|good|great|brief|short|"
    r"linkedin|twitter|facebook|blog|e-?mail|newsletter|article|thread|update|announcement|caption|headlines?|headline ideas|titles?|subject lines?|ideas?|options|suggest|can|could|you|for|on|to|of|and|with|in|out|content|social|media|"
    r"copy|something|(?:one|two|three|four|five|six|seven|eight|nine|ten)(?! (?:hundred|thousand|million|billion|dozen|percent|per cent)\b)|(?<![\d$€£][.,])(?<![$€£])\d{1,2}(?![.,'’ ]?\d|\s?%| (?:percent|million|thousand))|x|it|this|that|our|my|now|up(?!\s+(?:by\s+)?[\d$€£])|follow|reminder|suggestions|slogans?|taglines?|hooks?|come|put|together|weekly|monthly|engaging|compelling|catchy|via|by|at|channels?|tone|be|so|plan|calendar|"
    r"content calendar|editorial|schedule|status|about|investor|us|variants?|let's|help|think|more|another)\b|(?<!\d)[.,]|[.,](?!\d)|[^\w\s'%$€£¥&.,-]"  # no number is cut in two
)


def find(
    part: str,
    low: str,
    taken: list[tuple[int, int]],
    begin: int | None = None,
    *,
    any_for: bool = False,
    left_over: bool = True,
) -> str:
    """The topic within `part` (its small letters `low`), cut before the first span that says something else.

    `taken` are spans of the part that belong to constraints, channels, audience or tone; `begin` is where the
    topic starts when the verb settles it ("announce our new office"); with `any_for`, "for" opens it too.
    """
    if begin is None and left_over and (stated := _STATED.match(low)):
        topic = tidy(part, low, stated.end(), taken)
        if len(topic.split()) > 2:
            return topic
    if any_for and begin is None and not re.search(r"\babout\b", low):
        wide = re.search(r"\bfor (?=\w)", low)
        begin = wide.end() if wide else None
    for at in _starts(low, begin):
        if begin is None and any(a <= at < b for a, b in taken):
            continue
        topic = tidy(part, low, at, taken)
        if topic and ONLY_TIME.fullmatch(topic.lower()) and (wider := _FOR_OURS.search(low)) and not _ABOUT.search(low):
            return tidy(part, low, wider.end(), taken) or topic
        if topic:
            return topic
    return _left_over(part, low, taken) if begin is None and left_over else ""


# "Write a LinkedIn post: we sold 80,000 units": what is said behind the colon is what the text says.
_STATED = re.compile(
    r"(?:(?!\b(?:about|regarding|concerning|on|that|how|why|topic|subject|theme|title|tone|style|audience|text)\b)[^:.!?;\n]){0,80}?\b(?:posts?|tweets?|articles?|newsletters?|"
    r"e-?mails?|updates?|announcements?|linkedin|facebook|twitter|x)\s*:\s+(?!(?:linkedin|facebook|twitter|x|blog|e-?mail|newsletter|instagram|please|include|mention|use|no|keep|short|make|write|with|for|topic|subject|on|about)\b)"
)
_FOR_OURS = re.compile(
    r"\bfor (?=(?:our|the) (?!customers|clients|followers|team|public|blog|page|users|readers|last|next|month|quarter|year|week))"
)
_ABOUT = re.compile(r"\b(?:about|regarding|concerning)\b")


def _starts(low: str, begin: int | None) -> list[int]:
    sentence = re.search(r"[.!?]\s|\n", low)
    edge = sentence.start() if sentence else len(low)
    strong = [
        m.end()
        for m in _START.finditer(low)
        if re.match(r"about|regarding|concerning|topic|subject\s*[:=]|theme", m[0])
    ][:1]
    others = [m.end() for m in _START.finditer(low) if m.start() < edge]
    first = re.match(r"\W*", low[begin:]) if begin is not None else None
    settled = [begin + first.end()] if begin is not None and first else []
    if settled and others and re.match(r".{0,40}?\b(?:about|regarding)\b", low[begin or 0 :]):
        settled = []
    return (
        strong + settled + others if strong and (begin is None or strong[0] < (begin or 0) + 45) else settled + others
    )


def tidy(part: str, low: str, at: int, taken: list[tuple[int, int]]) -> str:
    for a, b in sorted(taken):
        if a <= at + 1 < b:  # "tell our followers on Facebook that ...": the topic follows what is said first
            lead = re.match(r"\s*(?:,|that|about)?\s*", low[b:])
            at = b + (lead.end() if lead else 0)
    end = min([a for a, _ in taken if a >= at + 2] + [len(part)])
    sentence = _STOP.search(low, at, end)
    if sentence:
        end = sentence.start()
    return clean(part[at:end])


def clean(topic: str) -> str:
    """Without leading articles and trailing connectives; empty when it says nothing."""
    whole = re.sub(r"\s+", " ", topic)
    topic = whole.strip(" \"'.,;:!?-–—()")
    while True:
        shorter = _TRAILING.sub("", topic)
        if shorter == topic:
            break
        topic = shorter
    if VAGUE.fullmatch(topic.lower()):
        return ""
    bare = _LEADING.sub("", topic)
    return "" if VAGUE.fullmatch(bare.lower()) else _paired(bare, whole)


_PAIRED = re.compile(r"(?:[^\"()]|(?:^|(?<=[\s(]))\"[^\"]*\"|\([^()]*\))*")


def _paired(topic: str, whole: str) -> str:
    """With the quotes and brackets at its edges that belong to those within it; one that has no fellow is left out."""
    at = whole.find(topic)
    for before, behind in ((0, 0), (1, 0), (0, 1), (1, 1), (0, 2), (1, 2), (2, 1), (2, 2)):
        wider = whole[max(0, at - before) : at + len(topic) + behind]
        if not set(wider.replace(topic, "", 1)) - set('"()') and _PAIRED.fullmatch(wider):
            return wider
    lone = '"' if topic.count('"') % 2 else ""
    lone += "()" if topic.count("(") != topic.count(")") else ""
    return topic.translate(dict.fromkeys(map(ord, lone)))


def _left_over(part: str, low: str, taken: list[tuple[int, int]]) -> str:
    """What remains of "LinkedIn Q4 growth post" when all that is known is taken away."""
    edge = re.search(r"[.;!?\n]|\b(?:for|with|without|to|in|from|that|which|who|using|as)\b", low)
    if edge and edge.start() > 8:
        part, low = part[: edge.start()], low[: edge.start()]
    kept = list(part)
    for a, b in [*taken, *(m.span() for m in _FILLER.finditer(low))]:
        for i in range(max(a, 0), min(b, len(kept))):
            kept[i] = "\0"
    pieces = [re.sub(r"\s+", " ", p).strip(" ,.;:-–—\"'") for p in "".join(kept).split("\0")]
    words = " ".join(p for p in pieces if len(p) > 1)
    return clean(words) if len(words.split()) <= 8 and not ONLY_TIME.fullmatch(words.lower()) else ""


ONLY_TIME = re.compile(
    r"(?:(?:q[1-4]|h[12]|last|this|next|month|quarter|year|week|first|second|third|fourth|1st|2nd|3rd|4th|half|vs\.?|versus|against|compared (?:to|with)|and|the|of|january|february|march|april|may|june|july|august|september|october|november|december|20\d\d|\d{1,2})(?:'s)?[\s,'-]*)*"
)

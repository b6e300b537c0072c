"""How a text is to sound and whom it is for."""

import re
from dataclasses import dataclass

_TONES = {
    "professional": r"professional|business-?like|corporate", "friendly": r"friendly|friendlier", "formal": r"formal",
    "casual": r"casual|informal|relaxed|laid-back|chill", "bold": r"bold|bolder|daring|edgy", "playful": r"playful|fun", "witty": r"witty|wittier",
    "humorous": r"humorous|funny|funnier", "serious": r"serious|sober", "confident": r"confident|self-assured", "warm": r"warm|warmer|heartfelt",
    "enthusiastic": r"enthusiastic|excited|upbeat|energetic|cheerful", "inspiring": r"inspiring|inspirational|motivational|motivating|uplifting",
    "informative": r"informative|educational|factual|matter-of-fact", "conversational": r"conversational|chatty", "authoritative": r"authoritative|expert",
    "persuasive": r"persuasive|convincing", "urgent": r"urgent", "empathetic": r"empathetic|empathic|caring|compassionate|apologetic",
    "optimistic": r"optimistic|positive", "honest": r"honest|candid|frank|transparent", "humble": r"humble|modest", "neutral": r"neutral|objective|balanced",
    "direct": r"direct|straightforward|blunt|no-nonsense", "technical": r"technical", "light-hearted": r"light-?hearted|lighthearted", "calm": r"calm|reassuring",
    "polite": r"polite|respectful|courteous", "thoughtful": r"thoughtful|reflective", "provocative": r"provocative", "punchy": r"punchy|punchier|snappy|crisp",
    "plain": r"plain|simple|simpler|clear|clearer", "proud": r"proud", "sarcastic": r"sarcastic|ironic", "grateful": r"grateful|thankful",
    "elegant": r"elegant|sophisticated", "personal": r"personal",
}  # fmt: skip
NAMES = tuple(_TONES)
_WORD = "|".join(pattern for pattern in _TONES.values())
_WEAK = r"(?:simple|clear|plain|personal|fun|direct|expert|positive|technical|formal|urgent)"
_ADVERB = r"(?:(?:very|more|quite|slightly|a bit|a little|really|rather|super|less|fairly|not too|not so|but|somewhat|too|bit) )*"
# How a text may sound too, for which nothing here has words: beside a tone that is known it is told as one not kept.
_MANNER = (
    r"(?:salesy|sales-?y|salesly|cheesy|pushy|vulnerable|human|authentic|raw|genuine|gentle|soft|kind|quirky|whimsical|dry|dramatic|poetic|academic|preachy|"
    r"braggy|boastful|arrogant|cocky|corny|cringey?|robotic|stiff|dull|boring|aggressive|cold|sentimental|emotional|intimate|relatable|down[- ]to[- ]earth|"
    r"hypey?|hyped|spammy|self-deprecating|nostalgic|approachable|flowery|pompous|promotional|clickbaity|sensational|vague|negative|gloomy|alarmist|patronising|patronizing|condescending|defensive)"
)
_ANY = rf"(?:{_WORD}|{_MANNER})"
_LIST = rf"{_ADVERB}{_ANY}(?:(?:,? and |, | but |,? yet ){_ADVERB}{_ANY})*"
_OR = rf"{_ADVERB}{_ANY}(?:(?:,? and |,? or |,? nor |, ){_ADVERB}{_ANY})*"
_SPEECH = r"(?:sales|marketing|corporate|legal|strong|passive|inflated|advertising|academic)"
# "Avoid a salesy tone", "without sounding pushy", "don't be too formal": how it is not to sound.
_DENIED = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?:avoid(?:ing)?|no|without|(?:do not|don't|dont|never|not) (?:use|using|write|go for|take|adopt|want|in|with))(?: using| having)?(?: in| with)?(?: an?| any| the| too| overly| all)*"
        rf" (?P<t>[a-z][\w-]*(?:(?:,| or| and|, or| nor) [a-z][\w-]*){{0,3}} (?:tone(?: of voice)?|vibe)|(?:{_OR}|{_SPEECH}) (?:voice|wording|style|language|register))\b",
        rf"\b(?:(?:without|avoid(?:ing)?|never|not) (?:being|sounding|getting|feeling|seeming|coming across as|coming off as)|(?:do not|don't|dont|never|must not|mustn't|should not|shouldn't)(?: (?:let|make) (?:it|this|that))?"
        rf" (?:sound|be|get|feel|seem|read|come across as|come off as))(?: too| overly| so)? (?P<t>{_OR})\b",
        rf"(?:^|(?<=[,;.(:] )|\b(?:but|and) )(?:not|never|nothing)(?: too| overly| so)? (?P<t>{_OR})(?= ?(?:[.,;)!:]|$|but\b|please\b))",
    )
)
TOLD_OF = re.compile(r"\b(?:why|how|whether|when)\b[^.!?;:,]*$")  # "why brands should not sound robotic" is a topic
_CONTEXTS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b(?:in|with|using|keep|use|has|have|strike|and) (?:an? |the |our )?(?P<t>{_ADVERB}{_ANY}(?:(?:,? and |, | but |,? yet | ){_ADVERB}{_ANY})*),? (?:tone|style|voice|manner|way|note|language|register|feel|wording)\b",
        rf"\b(?:tone|style|voice|mood)(?: of voice)?(?: should be| must be| is|:|=| to be)? ?(?:like )?(?P<t>{_LIST})\b",
        rf"\b(?:keep|make|making|sound(?:s|ing)?|be|feel|write|more|less|should be|must be|stay|reads?|rewrite|turn)(?: (?:it|this|that|my (?:\w+ ){{0,2}}\w+|our (?:\w+ )?\w+|the (?:text|post|tone|copy|email|message|paragraph|draft|newsletter|article|tweet)|them|its))?(?: (?:to )?(?:sound|be|feel|read))?(?: (?:in an?|a bit|a little|much|far))? (?P<t>{_ADVERB}(?:{_WORD})(?:(?:,? and |, | but |,? yet ){_ADVERB}(?:{_WORD}))*)\b(?! (?:customers|clients|users|services|numbers|rates?|finance|data|team))",
        rf"(?:^|\b(?:an?|the|one|two|three|four|five|ten|\d+|some|our|another|write|create|draft|short|and|,) )(?P<t>(?!{_WEAK} (?:post|tweet|article|update|blog))(?:{_WORD})(?:(?:,? and |, | but |,? yet ){_ADVERB}(?:{_WORD}))*),? (?:(?:short|long|quick|brief|little|linkedin|facebook|twitter|x|blog|social|media|weekly|monthly|investor|customer|launch|welcome|thank-you|follow-up|reminder|holiday|birthday|farewell|internal) )*(?:posts?|tweets?|e-?mails?|newsletters?|articles?|threads?|updates?|messages?|notes?|headlines?|captions?|announcements?|copy|versions?|tone)\b",
        rf"[,;(.–-] ?(?:and )?(?P<t>{_LIST})(?: and (?:short|brief|concise))?(?= ?(?:[.,;)!:]|$))",
        r"\b(?P<t>casually|formally|professionally|politely|humorously|boldly|enthusiastically|playfully|confidently)\b",
        rf"\b(?P<t>{_LIST}) (?:in )?(?:tone|style|voice)\b(?! of our)",
        rf"\b(?:both|all|everything)(?: of (?:them|it))? (?:should be |must be )?(?P<t>{_ADVERB}(?:{_WORD}))(?= ?(?:[.,;)!:]|$))",
        r"\bthe (?:tone|style) (?:is|should be) (?P<t>\w+)\b",
    )
)  # fmt: skip
_FLIP = {"formal": "casual", "casual": "formal", "technical": "plain", "serious": "light-hearted"}
_CLASH = (
    ({"formal", "professional"}, {"casual", "playful", "humorous", "sarcastic"}),
    ({"serious"}, {"playful", "humorous", "light-hearted"}),
)
_PEOPLE = (
    r"(?:investors?|shareholders?|customers?|clients?|users?|subscribers?|followers?|employees?|staff|team(?! (?:building|events?|day|meetings?|lead|spirit|work|outing|photos?|members?|page|news|updates?|trip|party|of|has|is|was|won|grew|at|in)\b)|colleagues|partners?|developers?|engineers?|founders?|"
    r"executives?|board(?: members)?|stakeholders?|marketers?|beginners?|owners|entrepreneurs?|ceos?|ctos?|cfos?|cmos?|prospects?|leads|community|students?|parents|"
    r"journalists?|recruiters?|readers?|fans|(?:general )?public|managers?|leaders?|professionals?|members?|buyers?|analysts?|designers?|freelancers?|teachers?|"
    r"decision[- ]makers?|millennials|gen z|teens|teenagers|seniors|experts?|audience|job ?seekers|candidates|applicants|donors|volunteers|patients|retailers|startups|smbs|non-experts|laypeople|children|kids)"
)
_AUDIENCE = re.compile(
    rf"\b(?:for|to|targeting|targeted at|aimed at|addressed to|audience(?: is| are|:)?|target group:?|tell|inform|update|remind|invite|thank|e-?mail|mail|let|send|text|write|speaks? to|reach|with|at|written for|among)\s+"
    rf"(?P<who>(?:(?:our|the|all|all of our|existing|new|potential|current|busy|small|medium|business|young|first-time|early-stage|saas|tech|b2b|b2c|company|loyal|fellow|non-technical|technical|senior|junior|european|american|enterprise|prospective|angel|marketing|sales|product|finance|hr|startup|newsletter|linkedin|twitter|facebook|x|mid-size|local|it|a|an)\s+){{0,4}}{_PEOPLE})\b(?!'s?\b|\s+(?:growth|count|numbers|acquisition|satisfaction|base|retention|churn|experience|service|support|feedback|reviews?|stories|story|success|interviews?|conference|meeting|event|day|program|portal|list\b))"
)


_LABELLED = re.compile(
    r"\b(?:target (?:group|audience)|audience|readers(?:hip)?)\s*[:=]\s*(?:our |the |all )?(?P<who>[a-z][\w' -]{2,50}?)(?=[.,;\n)]|$| and (?:tone|length)\b)"
)


@dataclass(frozen=True, slots=True)
class Tone:
    name: str | None = None
    words: str = ""
    clash: tuple[str, str] | None = None
    spans: tuple[tuple[int, int], ...] = ()
    denied: tuple[tuple[int, int], ...] = ()  # of them, where it is said how it is not to sound
    unkept: tuple[str, ...] = ()  # wishes for a sound that nothing here can give or keep away


def find(low: str) -> Tone:
    """The tone asked for, by its plain name; two that exclude each other are a clash."""
    names, denied, unkept = _denied(low)
    for start, end in denied:
        low = low[:start] + "." * (end - start) + low[end:]
    places: list[tuple[int, int]] = [*denied]
    words = ""
    for pattern in _CONTEXTS:
        for match in pattern.finditer(low):
            span = (
                match.span()
                if match.end() - match.start() < 90
                and not re.search(r"post|tweet|mail|letter|article|thread|update|headline|announcement", match[0])
                else match.span("t")
            )
            if any(a < span[1] and span[0] < b for a, b in places):
                continue
            said = _named(match["t"], low[match.start() : match.start("t")])
            if said:
                names += said
                places.append(span)
                unkept += re.findall(rf"(?<![\w-]){_MANNER}(?![\w-])", match["t"])
                words = words or match["t"]
    names = list(dict.fromkeys(names))
    clash = next(((a, b) for left, right in _CLASH for a in names for b in names if a in left and b in right), None)
    return Tone(names[0] if names else None, words, clash, tuple(places), tuple(denied), tuple(unkept))


def _denied(low: str) -> tuple[list[str], list[tuple[int, int]], list[str]]:
    """(the tones meant by their opposite, where, the wishes that have none)."""
    names: list[str] = []
    spans: list[tuple[int, int]] = []
    unkept: list[str] = []
    for pattern in _DENIED:
        for match in pattern.finditer(low):
            told_of = TOLD_OF.search(low[: match.start()])
            if told_of or any(a < match.end() and match.start() < b for a, b in spans):
                continue
            meant = [_FLIP.get(name, "") for name in _named(re.sub(r"\b(?:too|so|not) ", "", match["t"]), "")]
            if meant and all(meant):
                names += meant
            else:
                unkept.append(re.sub(r"^(?:but|and) ", "", match[0]))
            spans.append(match.span())
    return names, spans, unkept


def canonical(said: str) -> str:
    """The plain name of a tone in an answer or preference; unknown words are kept as they are."""
    names = _named(said.lower(), "")
    return names[0] if names else said.strip().lower()


def is_known(said: str) -> bool:
    """Whether an answer or preference names a tone that we know."""
    return bool(_named(said.lower(), ""))


def _named(said: str, before: str) -> list[str]:
    out = []
    adverbial = re.sub(r"ly\b", "", said) if re.fullmatch(r"\w+ly", said) and said != "friendly" else said
    for match in re.finditer(rf"(?P<less>(?:less|not too|not so|too) )?(?<![\w-])(?P<w>{_WORD})(?![\w-])", adverbial):
        name = next(n for n, pattern in _TONES.items() if re.fullmatch(pattern, match["w"]))
        flip = match["less"] or (before.rstrip().endswith((" less", "not too")) or before.startswith("less"))
        out.append(_FLIP.get(name, "") if flip else name)
    return [name for name in out if name]


_OWED = re.compile(
    r"\b(?:(?<!say )(?<!saying )(?<!give )(?<!send )(?<!our )(?<!of )(?<!big )(?<!many )thanks|due|owing)\s+$"
)


def audience(low: str, text: str) -> tuple[str, tuple[int, int]] | None:
    """(whom the text is for, where that is said), without "our" and "the"."""
    label = _LABELLED.search(low)
    if label:
        return text[slice(*label.span("who"))].strip(), label.span()
    for match in _AUDIENCE.finditer(low):
        who = re.sub(r"^(?:(?:all of|our|the|all|an?)\s+)+", "", match["who"])
        if (
            who in ("leads", "audience", "team", "readers", "public")
            and match[0].startswith(("to ", "with", "at "))
            and who != "public"
            and not re.search(r"\b(?:our|the)\s", match["who"])
        ):
            continue
        if match[0].startswith("to ") and _OWED.search(low, 0, match.start()):
            continue  # "thanks to the team" says why, and not for whom
        if match[0].startswith(("with", "at ", "reach")) and not re.search(
            r"\b(?:share|sharing|speak|aimed?)\b", low[: match.start()]
        ):
            continue
        start, end = match.span("who")
        clean = re.sub(r"^(?:(?:all of|our|the|all|an?)\s+)+", "", text[start:end], flags=re.I)
        return clean, match.span()
    return None

"""Words and habits by which tone is heard."""

import re
from dataclasses import dataclass


def _any(words: str) -> re.Pattern[str]:
    parts = [re.escape(part.strip()).replace(r"\ ", r"\s").replace(r"\*", r"\w*") for part in words.split(",")]
    return re.compile(r"\b(?:" + "|".join(parts) + r")(?!\w)", re.IGNORECASE)


CLICHES = re.compile(
    r"\b(?:thrilled|excited to (?:announce|share)|proud to (?:announce|share)|humbled|honou?red to|game[- ]chang(?:er|ing)|"
    r"unlock(?:s|ed|ing)?|unleash\w*|delv(?:e[sd]?|ing)|elevat(?:e[sd]?|ing) your|supercharg\w+|revolutioni[sz]\w+|cutting[- ]edge|"
    r"seamless(?:ly)?|synerg\w+|leverag(?:e[sd]?|ing)|paradigm|move the needle|low[- ]hanging fruit|take (?:it|this|things) to the next level|"
    r"not just [\w ]{1,30}?,? but|it['’]s not (?:just )?about [\w ]{1,30}[,.;] it['’]s about|in today['’]s (?:\w+[- ])*(?:world|landscape|market|economy)|"
    r"the best is yet to come|hard work (?:pays|paid) off|sky is the limit|journey has been|stay tuned|buckle up|let that sink in|"
    r"read that again|here['’]s the thing|fast[- ]paced|ever[- ](?:changing|evolving)|tapestry|testament to)\b",
    re.IGNORECASE,
)
THROAT = re.compile(
    r"(?:^|(?<=[.!?\n] )|(?<=\n))(?:Notably|Importantly|Interestingly|Needless to say|It is worth noting|It['’]s worth noting|It is important to note|"
    r"In conclusion|To be honest|As you (?:may )?know|As we all know|First and foremost|At the end of the day|In other news|Without further ado|"
    r"I just wanted to|I am writing to|Let me start by|Fun fact|Did you know)\b,?",
    re.MULTILINE,
)
HYPE = _any(
    "whopping, amazing, incredible, unbelievable, insane, mind-blowing, mindblowing, epic, explosive, jaw-dropping, stunning, phenomenal, "
    "awesome, fantastic, spectacular, crushing it, killing it, on fire, through the roof, massive, monumental, staggering, astonishing"
)
SLANG = _any(
    "gonna, wanna, gotta, kinda, sorta, dude, bro, lol, omg, wtf, yolo, lit, sick, dope, hella, ain't, nope, yep, yeah, y'all, tbh, imo, "
    "btw, folks, guys, stuff like that, freaking, damn, hell yeah, no cap, vibe*, bestie, slay"
)
HEDGES = _any(
    "perhaps, maybe, possibly, might, somewhat, arguably, seemingly, apparently, presumably, sort of, kind of, in a way, more or less, "
    "to some extent, it seems, it appears, i guess, i suppose, we believe, could potentially, relatively"
)
FORMAL = _any(
    "furthermore, moreover, hereby, herewith, pursuant, aforementioned, notwithstanding, henceforth, utili*, facilitat*, commenc*, endeavo*, "
    "ascertain*, subsequent*, prior to, in order to, with regard to, in respect of, thereof, wherein, shall, whilst, regarding, kindly, remuneration"
)


@dataclass(frozen=True)
class Manner:
    """The habits of a tone. Rates are per 100 words."""

    name: str
    contractions: tuple[float, float] = (0.0, 9.0)
    exclamations: int = 0
    hedges: float = 2.0
    slang: bool = False
    hype: bool = False
    address: bool = False  # speaks as or to somebody
    plain: bool = False


_MANNERS = {
    "professional": Manner("professional", exclamations=1),
    "formal": Manner("formal", contractions=(0.0, 0.5), hedges=1.5),
    "neutral": Manner("neutral", contractions=(0.0, 3.0), hedges=1.5),
    "friendly": Manner("friendly", exclamations=2, address=True, plain=True),
    "casual": Manner("casual", contractions=(1.0, 99.0), exclamations=2, slang=True, address=True, plain=True),
    "bold": Manner("bold", exclamations=1, hedges=0.5, plain=True),
    "playful": Manner("playful", exclamations=3, slang=True, address=True, plain=True),
    "enthusiastic": Manner("enthusiastic", exclamations=3, hedges=1.0, hype=True),
    "confident": Manner("confident", exclamations=1, hedges=0.7),
    "humble": Manner("humble", hedges=4.0, address=True),
    "empathetic": Manner("empathetic", hedges=3.0, address=True, plain=True),
    "technical": Manner("technical", contractions=(0.0, 6.0), hedges=2.0),
    "urgent": Manner("urgent", exclamations=1, hedges=0.5, plain=True),
}
_ALIKE = {
    "business": "professional", "corporate": "formal", "official": "formal", "serious": "formal", "objective": "neutral",
    "factual": "neutral", "journalistic": "neutral", "informative": "professional", "warm": "friendly", "approachable": "friendly",
    "conversational": "friendly", "human": "friendly", "informal": "casual", "relaxed": "casual", "chatty": "casual",
    "provocative": "bold", "edgy": "bold", "direct": "bold", "assertive": "confident", "authoritative": "confident",
    "persuasive": "confident", "funny": "playful", "humorous": "playful", "witty": "playful", "fun": "playful", "light": "playful",
    "upbeat": "enthusiastic", "excited": "enthusiastic", "energetic": "enthusiastic", "positive": "enthusiastic",
    "inspirational": "enthusiastic", "inspiring": "enthusiastic", "motivational": "enthusiastic", "optimistic": "enthusiastic",
    "modest": "humble", "honest": "humble", "reflective": "humble", "thoughtful": "humble", "caring": "empathetic",
    "supportive": "empathetic", "simple": "friendly", "plain": "friendly", "clear": "professional", "concise": "professional",
    "analytical": "technical", "academic": "technical", "expert": "technical",
}  # fmt: skip


def manner(tone: str) -> tuple[Manner, bool]:
    """The habits of a tone as it was asked for, and whether they are known; the first known word counts."""
    for word in re.findall(r"[a-z]+", tone.lower()):
        name = _ALIKE.get(word, word)
        if name in _MANNERS:
            return _MANNERS[name], True
    return _MANNERS["professional"], False

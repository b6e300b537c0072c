"""Cuts a request into its parts: one clause per thing to do."""

import itertools
import re
from dataclasses import dataclass

VERBS = (
    "create|write|draft|compose|generate|produce|craft|prepare|design|develop|suggest|propose|brainstorm|make|give|get|put together|come up with|turn|convert|adapt|repurpose|transform|"
    "post|publish|share|send|tweet|blog|e-?mail|mail|announce|promote|celebrate|tell|schedule|release|update|inform|thank|remind|invite|"
    "shorten|trim|condense|tighten|cut|reduce|edit|proof-?read|copy-?edit|polish|improve|fix|correct|revise|rewrite|rephrase|reword|restyle|paraphrase|summari[sz]e|sum up|simplify|expand|clean up|boil down|"
    "analy[sz]e|review|look at|look into|dig into|break down|evaluate|assess|examine|measure|report|show|explain|investigate|track|inspect|calculate|study|"
    "compare|contrast|benchmark|forecast|predict|project|estimate|check|scan|vet|screen|verify|flag|validate|audit|"
    "criticize|critique|reply|respond|answer|plan|map out|outline|lay out|organi[sz]e|translate|find|research|list|identify|explore|spot|what|how|why|which|where|did|is|are|can|may|does|do"
)  # fmt: skip
_PREFIX = re.compile(
    r"(?:\s|[-–—•*>\"'(\[,.;:!?]|\d+[.)]\s|(?:please|pls|plz|kindly|hey|hi|hello|ok|okay|so|well|now|then|first|firstly|second|secondly|next|finally|afterwards?|after that|lastly|third|also|and|but|plus|just|quick(?:ly)?|"
    r"thanks|dear|cofounder|there|team|urgent|asap|step \d|task|request|again|maybe|actually|basically|simply|briefly|carefully|both|yes|yo|guys|anyway|in the end|in short|long story short)\b[,:!]?|"
    r"(?:can|could|would|will) (?:you|we)(?: please| kindly| maybe| also| just| quickly| help me(?: to)?| help us(?: to)?)?\b(?! (?:say|claim|promise|guarantee|advertise|state|publish (?:this|the following)[^.]*\?|call|legally))|"
    r"(?:i|we)(?:'d| would) (?:like|love|want|appreciate)(?: you| it if you could| for you)?(?: to)?(?= (?!an?\b|some\b|the\b|two\b|three\b|five\b))|(?:i|we) (?:want|need|wish|expect|ask)(?: you| for you)? to|(?:i|we) (?:want|need) you to|"
    r"(?:i'm|i am|we're|we are) (?:looking|going|trying|planning|hoping) (?:to|for)|help (?:me|us)(?: to| with)?(?= \w)|let's|let us(?! know)|(?:know|see|understand|find out|tell (?:me|us)|learn|let (?:me|us) know)(?: exactly| more)? (?=how|what|why|which|where|whether)|it would be (?:great|nice) if you (?:could|would)|(?:all|what) (?:i|we) (?:really )?(?:need|want|would like)(?: now| from you)? is|your (?:task|job) is to|i(?:'d)? need (?:help (?:to|with)|you to)|"
    r"(?:please )?go ahead and|(?:what|how) about(?= (?:an?|some|one|two|three)\b)|(?:and )?it would be (?:good|great|nice|helpful|useful|best) (?:to have|to get)|(?:my|our) (?:boss|manager|ceo|team) (?:wants|needs|asked)(?: me| us| you)?(?: to)?|let (?:me|us) know(?: about)?(?= (?:the|our)\b)|time to|be sure to|try to|make sure to|do you mind|would you mind|feel free to|remember to|don't forget to)\s*"
)
_NEXT_THING = (
    r"\s+and\s+(?:also\s+)?(?=(?:an?|one|two|three|four|five|\d+)\s+(?:[\w-]+\s+){0,2}"
    r"(?:posts?|tweets?|threads?|articles?|newsletters?|e-?mails?)\s+(?:about|on)\b)"
)
_BREAK = re.compile(
    rf"(?:{_NEXT_THING}|[.!?;]+[\"')\]]*\s+|\n+|\s+[-–—]\s+(?=(?:{VERBS})\b)|,?\s*\b(?:and then|and also|and afterwards|then|and|also|plus|after that|afterwards|followed by|before you|as well as|to)\b,?\s+(?:(?:please|also|then|finally|just|maybe|can you|could you)\s+)*(?=(?:{VERBS})\b)|,\s*(?=(?:{VERBS})\b))"
)
_NOT_AFTER_AND = re.compile(
    r"(?:how|what|why|which|where|is|are|can|may|does|do|did|update|report|project|plan|email|e-mail|mail|blog|list|review|research|study|share|cut|design|check|track|post|tweet|release|find|get|make|show|tell|edit|map out)\b"
)
_OBJECT = re.compile(
    r"\S+(?: up| out| together| down| at| into)?\s+(?:it|this|that|these|those|them|the|our|an?|my|your|all|any|some|how|what|why|whether|me|us|both|each|two|three|four|five|\d|to|on|about|for|as|linkedin|twitter|x|facebook|last|next|highlights|q[1-4]|customers|followers|[a-z]+ing|if|with|everything|results|followups|key|one)\b"
)


_CIVIL = re.compile(
    r"(?:(?:many|best|kind|warm) )?(?:thanks?|regards|cheers|wishes)(?: you)?(?: (?:so|very) much| in advance| a lot| again)*(?:,? [a-z]+)?"
    r"|(?:i )?hope (?:this|you|all|everything)\b.{0,40}|have a (?:nice|good|great) \w+|(?:can|could) you (?:help|do that|do it)"
)


@dataclass(frozen=True, slots=True)
class Segment:
    start: int  # offset in the instruction
    end: int
    words: str  # small letters, polite openings stripped
    offset: int  # where `words` begins in the instruction


def cut(low: str) -> list[Segment]:
    """The instruction's parts, in order."""
    edges = [0]
    for match in _BREAK.finditer(low):
        if _breaks(low, match):
            edges.append(match.end())
    edges.append(len(low))
    parts = [strip(low, a, b) for a, b in itertools.pairwise(edges)]
    return [part for part in parts if part.words and not _CIVIL.fullmatch(part.words)]


def _breaks(low: str, match: re.Match[str]) -> bool:
    connector, rest = match[0], low[match.end() : match.end() + 60]
    if re.search(r"[.!?;\n]", connector):
        return not re.search(r"\b(?:vs|e\.g|i\.e|approx|incl|mr|ms|dr|no|inc|ltd|v)$", low[: match.start()][-8:])
    if connector.strip() in ("to", ", to"):
        return False
    before = low[: match.start()]
    if (
        re.search(r"\b(?:how|what|why|which)\b[^.;!?]*$", before[-80:])
        and _NOT_AFTER_AND.match(rest)
        and "then" not in connector
    ):
        return bool(
            re.match(
                r"(?:post|share|tweet|publish|send|make|tell|show)\s+(?:it|this|the|our|them|about|that|a)\b", rest
            )
        )
    return bool(_OBJECT.match(rest)) if _NOT_AFTER_AND.match(rest) else True


def strip(low: str, start: int, end: int) -> Segment:
    """A part without "please", "can you" and the like at its start."""
    at = start
    while at < end:
        match = _PREFIX.match(low, at, end)
        if match is None or match.end() == at:
            break
        at = match.end()
    return Segment(start, end, low[at:end].rstrip(" .,;!\n\t"), at)

"""Channels that are ruled out ("nothing on X please", "never post on Facebook"), set apart before the rest is read."""

import re
from dataclasses import replace

from cofounder.models.offline.parsing import channels
from cofounder.models.offline.parsing.channels import Mention
from cofounder.models.offline.parsing.reading import Reading

_ONE = rf"(?<![\w@#])(?:{'|'.join(f'(?:{name})' for name in channels.NAMED)})(?!\w)"
_DOES = r"(?!(?:tweet|blog|e-?mail|mail)\s+(?:about|that|our|the|my|it|this|how|why|when|all)\b)"  # ", tweet about" begins anew
_LIST = rf"{_ONE}(?:\s*(?:,\s*(?:and|or|nor)|,|/|&|and|or|nor)\s*(?:(?:on|to|for|in|via|by|even)\s+)?(?:(?:an?|the|our|any)\s+)?{_DOES}{_ONE})*"
_NOT = (
    r"(?:(?:do|does|must|should|shall|may|can|will)(?: not|n't)|dont|cannot|won't|never|neither|(?<!why )(?<!whether or )not|no|none|nothing|nowhere|without|"
    r"avoid(?:ing)?|skip(?:ping)?|leav(?:e|ing) out|omit(?:ting)?|exclud(?:e|ing)|except(?: for)?|apart from|aside from|other than|instead of|rather than|"
    r"in place of|stop(?= \w+ing\b)|refrain from|(?:keep|leave|stay)(?: (?:it|this|that|them|everything))? (?:off|away from|out of|clear of)|under no circumstances|"
    r"by no means|in no case|on no account|(?:anywhere|everywhere|every channel|all channels|all) but)"
)
_VERBS = (
    r"(?:want(?:ed)?(?: to)?|need(?:ed)?(?: to)?|use|using|make|making|do|doing|create|creating|write|writing|draft|prepare|post(?:ing|ed)?|re-?post(?:ing)?|publish(?:ing|ed)?|"
    r"put(?:ting)?|shar(?:e|ing|ed)|send(?:ing)?|sent|tweet(?:ing|ed)?|go(?:ing)?|appear(?:ing)?|upload(?:ing)?|cross-?post(?:ing)?|schedul(?:e|ing)|run|show)"
)
_SMALL = (
    r"(?:ever|even|again|please|it|this|that|them|these|those|anything|any|everything|of|a copy|to|be|have|on|onto|in|into|via|by|for|through|over|at|the|our|an?|"
    r"my|company|there|text|post|copy|so)"
)
_TAIL = (
    r"(?:\s+(?:posts?|page|account|version|update|channel|feed|at all|either|though|anymore|any more|for now|please|yet|this time|today|thanks|thank you|"
    r"it|this|that|them|anything|itself))*"
)
_END = r"\s*(?:$|[.,;:!?)\n–—]|-\s|(?:and|but|or|then|only|just|because|since|as|so|while)\b)"
_LEAD = r"(?:[,;(]\s*)?(?:(?:but|and|just|also|so|please|though|we|i|only)\s+)*"
_BEFORE = re.compile(
    rf"(?P<lead>{_LEAD})(?<![\w'])(?P<not>{_NOT})(?P<gap>(?:\s+(?:{_VERBS}|{_SMALL}))*)\s+(?P<list>{_LIST}){_TAIL}"
)
_AFTER = re.compile(
    rf"(?:^|(?<=[.;,!?\n(] )|(?<=\band )|(?<=\bbut ))(?:(?:please|just|also)\s+)*(?:"
    rf"(?P<list>{_LIST})(?: (?:page|account|channel))?(?:\s+(?:(?:is|are|stays?|remains?) (?:off[- ]limits|off|out|excluded|taboo|forbidden|banned|no option|"
    rf"not (?:an option|allowed|wanted|included|needed|meant|for this))|(?:must|should|may|shall|can|will|do|does|need)(?:n't| not) (?:get|have|see|receive|be|appear|carry|run|need)\b[^.;,\n]{{0,30}}"
    rf"|(?:excluded|excepted|aside|left out))|:\s*(?:no|nothing|none))"
    rf"|(?:leave|keep|take)\s+(?P<list2>{_LIST})\s+(?:out|off|aside)(?: of (?:it|this|that))?)(?=\s*(?:$|[.,;:!?)\n–—]|(?:and|but|then)\b))"
)
_TOPICAL = re.compile(r"\b(?:about|regarding|concerning|covering|explaining|how|why|whether|discussing|on what)\b")
# In "why you should never post on Facebook" the words tell of something; they tell us nothing to leave out.
_TELLS = re.compile(
    r"\b(?:we|you|they|people|i|it|he|she|companies|brands|teams|customers|should|must|to|why|how|who|which|that|can|could|do|does|would|will|not)\s+$"
)
_STORY = re.compile(
    r"\b(?:grow\w*|grew|scal\w+|life|liv\w+|work\w*|succeed\w*|surviv\w+|launch\w*|marketing|sell\w*|won|win\w*|reach\w*|a (?:day|week|month|year|world))\b[^.;,]{0,60}$"
)


def take(reading: Reading) -> tuple[Reading, list[Mention], list[tuple[int, int]]]:
    """The reading without what rules channels out, those channels, and the stretches that only tell of leaving one out."""
    low, out, told = reading.low, list[Mention](), list[tuple[int, int]]()
    stretches: list[tuple[int, int]] = []
    for pattern in (_BEFORE, _AFTER):
        for match in pattern.finditer(low):
            if pattern is _BEFORE and not _ends(match, low):
                continue
            span = _span(match, low)
            if pattern is _BEFORE and _is_story(match, low):
                told.append(span)
                continue
            stretches.append(span)
            out += _named(match, low, reading.instruction)
    blank = _blanked(low, stretches)
    if len(blank.strip(" ,.;:!?()")) < 12:  # nothing but what must not be: that is asked about as a whole
        return reading, out, told
    return replace(reading, instruction=_blanked(reading.instruction, stretches), low=blank), out, told


def _ends(match: re.Match[str], low: str) -> bool:
    """Whether the channel ends what is ruled out: "instead of Facebook ads" rules no channel out."""
    if re.match(_END, low[match.end() :]):
        return True
    ordered = re.search(_VERBS, match["gap"]) or re.match(r"tweet|blog|e-?mail", match["list"])
    return not ordered and bool(re.match(r"\s+(?:about|on|for|regarding|with)\b", low[match.end() :]))


def _is_story(match: re.Match[str], low: str) -> bool:
    start = match.start("not")
    edge = max((m.end() for m in re.finditer(r"[.!?;]\s|\n", low[:start])), default=0)
    before = low[edge:start]
    if not _TOPICAL.search(before):
        return False
    if re.match(r"without|instead|rather|no\b|except|leaving|skipping|avoiding", match["not"]):
        return bool(_STORY.search(before))
    return bool(_TELLS.search(before)) or match["lead"].strip() in ("we", "i")


def _span(match: re.Match[str], low: str) -> tuple[int, int]:
    closed = match[0].lstrip().startswith("(") and low[match.end() : match.end() + 1] == ")"
    return match.start(), match.end() + closed


def _named(match: re.Match[str], low: str, text: str) -> list[Mention]:
    group = "list" if match["list"] else "list2"
    start, end = match.span(group)
    known, unknown = channels.names_in(low[start:end])
    words = text[start:end]
    return [
        Mention(name, start, end, there, "excluded", words)
        for names, there in ((known, True), (unknown, False))
        for name in names
    ]


def _blanked(text: str, stretches: list[tuple[int, int]]) -> str:
    for start, end in stretches:
        text = text[:start] + " " * (end - start) + text[end:]
    return text

"""Makes a request readable: clean characters, the given text set apart, common typos put right."""

import re
import unicodedata
from dataclasses import dataclass, field

from cofounder.models.offline.parsing import given, marks, mixing, sharing_out
from cofounder.models.offline.parsing.spelling import correct

LONGEST_INSTRUCTION = 4_000  # characters; of a longer one the middle is not read, and the reader is told
_END = 1_400  # of them from its end: people often say last what they want

_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ud800-\udfff]"
)
_TAG = re.compile(r"<(?:script|style)\b[^>]*>.{0,4000}?</(?:script|style)>|</?[a-zA-Z][^<>]{0,200}>", re.S | re.I)
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "’": "'", "‘": "'", "`": "'", "\u00a0": " "})

_TEXT_VERB = re.compile(
    r"\b(?:shorten|trim|condense|tighten|cut|edit|proof-?read|copy-?edit|polish|improve|fix|correct|revise|rewrite|"
    r"rephrase|reword|restyle|paraphrase|summari[sz]e|summary|sum up|tl;?dr|check|review|scan|vet|screen|simplify|turn|"
    r"convert|adapt|repurpose|make (?:it|this|that|these|my|our|the \w+)(?! an? )|clean up|boil|reduce|translate|expand|flag|compliance|compliant|allowed|"
    r"may we|can we|rules|violat\w+|break|could we|are we|is this|is it|legal|ok to|okay to|shorter)\b"
)
_SEND_VERB = re.compile(
    r"(?:^|\b(?:and|then|please|to|you|just|now)\s+|[.,;]\s*)"
    r"(?:publish|post|send|share|tweet|schedule|put|release|e-?mail|push)\b"
)
_CUE = re.compile(
    r"\b(?:this|these(?! (?:\w+ )?(?:figures|numbers|metrics|kpis|stats|statistics|values|results|data|facts)\b)|(?:the )?following(?! (?!(?:text|post|draft|copy|paragraph|sentence|e-?mail|newsletter|article|message|tweet|headline|"
    r"statement|claim|passage|announcement|title|content|note|letter|story|blog|caption|document|report|abstract|piece|summary|thread|ads?|bio|intro|"
    r"page|excerpt|quote|short|long|two|three|advert\w*|press|linkedin|facebook|twitter|outline|description|line|snippet|speech|review|for|to|on|as|"
    r"in|and|into|so|about|with|via|by|at|from|more|less|using|please|product|social|status|update)s?\b)\w)|below|here(?: it is)?|here is the text|verbatim|as is|the text|word for word)\b"
    r"[^:\n]{0,90}$"
)
_ABOVE = re.compile(r"\b(?:above|this|that|it)\b")
_NOT_TEXT = re.compile(
    r"\b(?:include|including|mention|mentioning|contain|containing|the words?|keywords|with|than|such as|for example|word|phrase|hashtag|hashtags|say|saying|called|titled|named|"
    r"title|avoid|slogan|tagline|keyword|keywords|the term|campaign|product|feature|event|about|on|regarding)\s*:?\s*$|"
    r"(?:^|[.,;\n]\s*)(?:tone|audience|channels?|deadline|length|topic|style|format)\s*$"
)
_CLAIM = re.compile(
    r"\b(?:is it (?:ok|okay|legal|allowed|fine)|(?:can|may|could|are) we (?:\w+ ){0,2}(?:say|claim|write|post|publish|promise|call|state|advertise|describe))"
)
_WORK = re.compile(r"\b(?:the|this) (?:article|book|movie|film|paper|song|novel)\s*$")
_RE = re.compile(
    r"(?<=\w )re(?::\s+(?=\w)|\s+(?=(?:our|the|your|q[1-4]|last|this|next)\b))", re.I
)  # "tweet re: our new office"
_WHAT_ABOUT = re.compile(r"\b(?:what|how) about (?=(?:an?|some|one|two|three) )", re.I)
_HAVE_IT_AS = re.compile(
    r"\b(?:it would|would|it'd) be (?:good|great|nice|helpful|useful|best) to (?:have|get) (?:that|this|it|them|the results?) (?:as|in) (?=an? )"
    r"|\b(?:i|we)(?:'d| would) (?:also )?like (?:to have |to get )?(?:that|this|it|them|the results?) (?:as|in) (?=an? )",
    re.I,
)
_FACE = re.compile(r"(?<!\S)(?:<3|[:;=8]-?[)(DPp|/*]|\^\^|xD)(?!\S)")
# "Turn our October numbers into a post", "based on Q3, draft a mail": what it is made of is what it is about.
_OUT_OF = re.compile(
    r"(?:^|(?<=[.!?] )|(?<=please ))(?:(?:turn|make|convert|transform|compile|put|pack|roll|fold) (?P<of>(?:our|the|last|this (?:month|quarter|week|year))\b[^,.;:\n]{2,60}?) into (?P<one>(?:an?|one|two|three|some) )"
    r"|(?:use|take|using|based on|with) (?P<of2>(?:our|the|last|this (?:month|quarter|week|year))\b[^,.;:\n]{2,60}?)(?:,| to| and)? (?:please )?(?:write|draft|create|make|prepare|compose) (?P<one2>(?:an?|one|two|three|some) ))"
    r"(?P<rest>[^.;:\n]*)",
    re.I,
)
_A_TEXT = re.compile(
    r"\b(?:posts?|article|text|draft|e-?mail|newsletter|copy|above|below|following|paragraph|announcement|voice|style|persona|words?|hashtag|template|tone)\b",
    re.I,
)
_FITS = re.compile(
    r"\b(?:rework|rewrite|change|adapt|edit|cut|trim) (?:this|it|that) so (?:that )?it (?:fits|works|reads) (?:into |in |as |for |on )?(?=an? )",
    re.I,
)
_ORDER = re.compile(
    r"(?:an? |one |two |three |\d )?(?:(?:short|new|linkedin|facebook|twitter|x|blog|social media) )*(?:posts?|tweets?|threads?|newsletters?|articles?|e-?mails?|updates?) (?:about|on|regarding|announcing)\b",
    re.I,
)
_FENCE = re.compile(r'```[a-z]*\n?(.+?)```|"""(.+?)"""|<<<(.+?)>>>', re.S)
_QUOTED = re.compile(r'"([^"]{3,})"', re.S)


@dataclass(frozen=True, slots=True)
class Reading:
    """`instruction` says what to do (cleaned, typos corrected); `text` is the given text, word for word."""

    instruction: str
    low: str  # the instruction in small letters, of the same length
    text: str | None = None
    corrected: dict[str, str] = field(default_factory=dict)
    translated: dict[str, str] = field(default_factory=dict)  # foreign words in English sentences, as read
    cut: bool = False


def read(request: str, given: str | None = None) -> Reading:
    """The instruction and the given text of a request; `given` (an answer) stands in for the text."""
    clean = _CONTROL.sub("", request.replace("\r\n", "\n").replace("\r", "\n")).strip()
    instruction, text = split(clean)
    text = given if given is not None else text
    cut = len(instruction) > LONGEST_INSTRUCTION
    if cut:
        instruction = instruction[: LONGEST_INSTRUCTION - _END] + "\n" + instruction[-_END:]
    instruction = unicodedata.normalize("NFKC", instruction.translate(_QUOTES))
    instruction = _TAG.sub(" ", instruction)
    instruction = re.sub(r"[ \t]+", " ", instruction).strip()
    instruction = _RE.sub("about ", instruction)
    instruction = _WHAT_ABOUT.sub("Write ", instruction)
    instruction = re.sub(r"\b([Hh]ow|[Ww]hat)'s\b", r"\1 is", instruction)
    instruction = _FACE.sub("", instruction)
    instruction = _OUT_OF.sub(_made_of, instruction)
    instruction = sharing_out.say_apart(instruction)
    instruction = _FITS.sub("turn this into ", instruction)
    instruction = _HAVE_IT_AS.sub("then turn it into ", instruction)
    instruction, kept = marks.aside(instruction)
    instruction, translated = mixing.read(instruction)
    instruction, corrected = correct(instruction)
    instruction = marks.back(instruction, kept)
    return Reading(instruction, small(instruction), text, corrected, translated, cut)


def _made_of(match: re.Match[str]) -> str:
    of, one, rest = match["of"] or match["of2"], match["one"] or match["one2"], match["rest"]
    if _A_TEXT.search(of) or re.search(r"\b(?:about|on how|on the)\b", rest):
        return match[0]
    return f"Write {one}{rest.rstrip()} about {of}"


def small(text: str) -> str:
    """Small letters, character by character, so that offsets stay the same."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(c if len(c.lower()) != 1 else c.lower() for c in text)


def split(request: str) -> tuple[str, str | None]:
    """(instruction, given text or None). The text follows a colon, a dash or a newline, or stands in quotes."""
    for way in (_fenced, _after_colon, _quoted, _after_line, _before_line, _after_dash, _after_question):
        found = way(request)
        if found is not None:
            instruction, text = found
            if re.match(r"\s*(?:https?://|www\.)\S+\s*(?:\n|$)", text):
                return request, None  # an address is no text: nothing is fetched
            return instruction.strip(), text.strip()
    return request, None


def _wants_text(head: str) -> bool:
    head = head.translate(_QUOTES).lower()
    return bool(_TEXT_VERB.search(head) or _SEND_VERB.search(head))


def _fenced(request: str) -> tuple[str, str] | None:
    found = _FENCE.search(request)
    if not found:
        return None
    text = next(group for group in found.groups() if group)
    rest = request[: found.start()] + "\n" + request[found.end() :]
    return (rest, text) if rest.strip() and text.strip() else None


def _after_colon(request: str) -> tuple[str, str] | None:
    found = re.search(r":(?=\s|[\"“„«'])(?!//)", request[:600])
    if not found:
        return None
    head, rest = request[: found.start()], request[found.end() :].strip()
    low = head.translate(_QUOTES).lower()
    last = re.split(r"[.!?\n]\s*", low)[-1]
    if re.search(r"\bre$", last) or _ORDER.match(rest):
        return None
    said = given.find(small(rest), [], rest)
    if (said.values or said.others or said.open) and not _CUE.search(last) and not re.search(r"[.!?\"]$", rest):
        return None  # "Email our investors: MRR grew to $52K" says what to write about
    if len(rest.split()) < 2 or _NOT_TEXT.search(last) or head.translate(_QUOTES).count('"') % 2:
        return None
    if not (
        _CUE.search(last) or (_wants_text(last) and not re.search(r"\b(?:about|regarding|include|mention)\b", last))
    ):
        return None
    if len(rest.split()) <= 5 and re.match(r"(?:our|the|my)\b", rest, re.I) and not re.search(r"[.!?]$", rest):
        return None  # "Post it everywhere: our October results" names a topic
    if (
        re.match(r"(?:please )?(?:make|check|improve|review)\b", last)
        and not _CUE.search(last)
        and "\n" not in rest
        and len(rest.split()) < 5
    ):
        return None
    closing = re.match(r"[\"“„«](.+?)[\"”»](.*)$", rest, re.S)
    if closing and len(closing[2]) < 300 and not re.search(r"[\"“”„«»]", closing[2]):
        return head + ". " + closing[2].strip(" .\n"), closing[1]
    return head, rest


def _quoted(request: str) -> tuple[str, str] | None:
    plain = request.translate(_QUOTES)
    for found in _QUOTED.finditer(plain[:20_000]):
        head = plain[: found.start()].lower()
        words = len(found[1].split())
        outside = plain[: found.start()] + " " + plain[found.end() :]
        direct = re.search(r"(?:tweet|post|publish|send|share)\s*$", head) or _CLAIM.search(head)
        if (
            (words < 4 and not direct)
            or words < 2
            or ((_NOT_TEXT.search(head) or _WORK.search(head)) and not _CLAIM.search(head))
        ):
            continue
        if direct or _wants_text(outside):
            return outside, request[found.start() + 1 : found.end() - 1]
    return None


def _after_line(request: str) -> tuple[str, str] | None:
    head, newline, rest = request.partition("\n")
    if not newline or not rest.strip() or len(rest.split()) < 3 or len(head) > 400:
        return None
    low = head.translate(_QUOTES).lower()
    wants = _CUE.search(low.rstrip(" :.-")) or (_wants_text(low) and not re.search(r"\babout\b", low))
    if not wants or re.match(
        r"\s*(?:[-*•\d]|tone|audience|length|channels?|max|keep|no |don't|include|use )", rest.lower()
    ):
        return None
    return head.rstrip(" :"), rest


def _before_line(request: str) -> tuple[str, str] | None:
    text, newline, last = request.rpartition("\n")
    if not newline or len(last) > 300 or len(text.split()) < 4:
        return None
    low = last.translate(_QUOTES).lower()
    return (last, text) if _wants_text(low) and _ABOVE.search(low) and not _wants_text(text[:40]) else None


def _after_question(request: str) -> tuple[str, str] | None:
    """ "Does the following comply? Our cream ..." """
    found = re.search(r"\bthe following\b[^:\n?]{0,80}\?\s+(?=\S+ \S+ \S)", request[:400], re.I)
    if not found or not _wants_text(request[: found.end()]):
        return None
    return request[: found.end()], request[found.end() :]


def _after_dash(request: str) -> tuple[str, str] | None:
    found = re.search(
        r"\b(?:this|following|below|text|this (?:text|paragraph|post|sentence|draft|tweet|e-?mail|article))\s+[-–—]{1,2}\s+",
        request[:400],
        re.I,
    )
    if not found or len(request[found.end() :].split()) < 4 or not _wants_text(request[: found.end()]):
        return None
    return request[: found.end()].rstrip(" -–—"), request[found.end() :]

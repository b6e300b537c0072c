"""What a request demands of the text: length, words to use and to avoid, a link, a voice, a date to be done by."""

import re

from cofounder.models.figures import WITHHELD
from cofounder.models.offline.parsing import dates, lengths, marks, metrics, pointing, withholding
from cofounder.models.offline.parsing.demands import Demands, overlaps, take
from cofounder.models.offline.parsing.numbers import NUMBER, number
from cofounder.models.offline.parsing.posting import Posting
from cofounder.models.offline.parsing.tone import TOLD_OF, Tone

_COUNT_NOUN = (
    r"(?:headlines?|titles?|subject lines?|taglines?|hooks?|slogans?|tweets?|posts?|threads?|parts?|ideas?|options?|variants?|versions?|alternatives?|"
    r"e-?mails?|articles?|newsletters?|updates?|captions?|suggestions?)"
)
_COUNT = re.compile(
    rf"(?<![\w$.,-])(?P<n>{NUMBER})(?:[- ](?!words?\b|per\b|days?\b|weeks?\b|months?\b|years?\b|characters?\b)[a-z][\w'-]*){{0,4}}?[- ]{_COUNT_NOUN}\b"
)
_NO = r"(?:no|without(?: any| using)?|avoid(?:ing)?(?: any| using)?|skip(?: the)?|don't (?:use|add|include)(?: any)?|do not (?:use|add|include)(?: any)?|leave out(?: the)?|zero|not? (?:use )?any|omit|remove(?: all| the)?|(?:don't|do not) want(?: any)?)"
_FLAGS = (("no_hashtags", re.compile(rf"\b{_NO} (?:emojis? (?:or|and|nor) |links? (?:or|and|nor) )?(?:#|hash ?tags?)|\bhashtag-free\b")),
          ("no_emoji", re.compile(rf"\b{_NO} (?:hash ?tags?(?: or| and| nor|,) )?emojis?\b|\bemoji[- ]free\b|\b{_NO} hash ?tags?,? (?:and|or|nor)(?: no)? emojis?")))  # fmt: skip
_STOP = rf"(?={marks.STOP}|[;\n]|:\s|$| (?:instead of|rather than|max|under|at most|no more than|add an?|keep it) |(?:,| but|,? and| then| also) (?:includ\w+|mention\w*|avoid\w*|us(?:e|es|ing)|contain\w*|end\w*|keep|do not|don't|no|make|in|under|without|write|for|with|publish|post|schedule|never|leave|not|skip\w*|omit\w*|exclud\w*)\b|, (?:no|under|max|in a|keep|without|and (?:do not|don't|avoid)|avoid|don't|do not|just|only|for|with|at most|tone|use|make|write)\b| (?:on|for|to) (?:linkedin|twitter|x|facebook|our blog|the blog)\b| in (?:under|less)| by (?:friday|monday|tuesday|wednesday|thursday|saturday|sunday|tomorrow)| in (?:an? )?\w+ (?:tone|voice|style))"
_INCLUDE = re.compile(
    rf"\b(?:(?:please |also |must |and |be sure to |make sure (?:to|you|it|that it) |don't forget to |do not forget to |it (?:should|must) |to )*(?:includes?|mentions?|contains?)|including|mentioning|make sure (?:that )?(?P<sub>[\w' ]+?) (?:is|are) (?:included|mentioned|in it)|(?:use|using|with) the (?:words?|phrases?|keywords?|hashtags?|terms?)|with (?:the )?(?:words?|hashtags?|keywords?)|keywords?\s*:|must have|refer(?:ring)? to|quote(?: our)?|work in)\s+(?!a link|links?\b|hashtags?\b|emojis?\b|a call|a cta|the following)(?P<what>.{{2,160}}?){_STOP}"
)
_AVOID = re.compile(
    rf"\b(?:(?:does not|doesn't|do not|don't|dont|never|please don't|without|not to|must not|should not|shouldn't|not|but not) (?:ever )?(?:about|mention|mentioning|say|saying|use the words?|use|using|talk about|talking about|include|including|refer to|naming|name|disclose|reveal|give away|discuss|discussing|using the words?)|avoid(?:s|ing)?(?: the)?(?: words?| phrases?| terms?| mentioning| talking about| any mention of| using)?|leave out|leaving out|exclud(?:e|ing)|omit(?:ting)?|stay away from|no mention of|nothing about|(?:say|write) nothing (?:about|of|on)|not a word (?:about|on|of)|no word (?:about|on|of)|(?:keep|stay) (?:quiet|silent|mum) (?:about|on)|skip)\s+(?:the (?:words?|phrases?|terms?) )?(?!any emoji|any hashtag|emoji|hashtag|it\b|this\b)(?P<what>.{{2,140}}?){_STOP}"
)
_NO_THINGS = re.compile(
    r"\b(?:no|without(?: any| all the| the)?(?= (?:jargon|buzz|clich|superl|exclam|exagg|fluff|hype|sales talk|marketing sp))) (?P<what>(?:jargon|buzz ?words?|prices?|pricing|names?|clich[eé]s|superlatives|exclamation (?:marks?|points?)|competitor names?|numbers|figures|exaggerations?|fluff|hype|sales talk|marketing speak)(?:(?:,| or| and| and no) (?:jargon|buzz ?words?|prices?|hype|fluff|clich[eé]s|superlatives))*)\b"
)
_THINGS = rf"(?:(?:our|the|any) )?{metrics.NAMED}(?: (?:figures|numbers|metrics|data))?"
_NO_METRIC = re.compile(
    rf"(?:\b(?:(?:everything|all(?: (?:our|the|of our))?(?: (?:figures|numbers|metrics|kpis|results))?) (?:but|save|minus|bar)|without|except(?: for)?|other than|apart from|aside from|but not)|(?:^|[,;.(]\s*|\b(?:and|but|with) )no) "
    rf"(?P<what>{_THINGS}(?:(?:,| or|,? and|,? nor) {_THINGS})*)(?!\w)"
    rf"|\b(?:keep|leave|keeping|leaving) (?P<kept>{_THINGS}(?:(?:,| or|,? and|,? nor) {_THINGS})*) (?:out|away|aside)\b(?: of (?:it|this|that|the \w+))?"
)
# "How we grew without marketing spend" tells a story; it forbids nothing.
_STORY = re.compile(
    r"\b(?:how (?:we|to|you|our|they)|grow(?:ing|n|s)?|grew|scal\w+|doubl\w+|tripl\w+|increas\w+|rais\w+|launch\w*|buil[dt]\w*|gain\w*|"
    r"won|win(?:ning)?|succeed\w*|surviv\w+|life|living|work\w*)\b[^.;,]{0,60}$"
)
_OF_FIGURES = re.compile(rf"({metrics.NAMED}) (?:figures|numbers|metrics|data)", re.I)
_HASHTAGS = re.compile(r"(?<!\w)#[A-Za-z]\w+")
_DAY = r"(?:(?:this |next |end of )?(?:mon|tues|wednes|thurs|fri|satur|sun)day|tomorrow|today|tonight|noon|midnight|(?:the )?end of (?:the |this |next )?(?:day|week|month|quarter|year)|next week|cob|eod|eow|(?:the )?\d{1,2}(?:st|nd|rd|th)?(?: of)? (?:january|february|march|april|may|june|july|august|september|october|november|december)|(?:january|february|march|april|may|june|july|august|september|october|november|december) \d{1,2}(?:st|nd|rd|th)?\b(?!\d)|20\d\d-\d\d-\d\d)(?:,? (?:at )?(?:\d{1,2}(?::\d\d)? ?(?:am|pm|o'clock|h\b)|\d{1,2}:\d\d|noon|morning|afternoon|evening|cet|utc))?"
_DEADLINE = re.compile(
    rf"\b(?:(?:by|before|until|due(?: on| by)?|no later than|deadline(?: is|:)?|needed (?:by|on)|ready (?:by|for|on)|in time for) (?P<day>{_DAY}|\d{{1,2}}(?::\d\d)? ?(?:am|pm))|(?P<asap>asap|as soon as possible|urgently|right away|immediately))\b"
)
_CANNOT = re.compile(
    r"\b(?:(?:in|with|at least|exactly|of|using|have|has|contain(?:s|ing)?|into)? ?(?:at least |at most |less than |more than |exactly |only )?"
    rf"{NUMBER} (?:hash ?tags?|emojis?|sentences?|paragraphs?|sections?|bullet(?: point)?s?|stanzas?|lines)|in all (?:caps|capital letters|lower ?case(?: letters)?)|all (?:caps|capital letters|in lowercase)|(?:all|entire \w+ in) (?:lower ?case|upper ?case|capital)\w*(?: letters)?|(?:only )?(?:if|in case|as soon as|whenever) (?!you |possible)[^,.;\n]{{3,60}}?(?=,? (?:then )?(?:write|publish|post|send|tweet|draft) )|by (?:channel|country|countries|region|campaign|segment|city|store|product line)s?(?=[\s.,;?!]|$)|no commas|(?:on |to |via |from )?(?:my|our|the) (?:personal|private|corporate|company) (?=linkedin|facebook|twitter|x\b)|(?:and )?b?cc(?::| to)? [a-z][\w' ]{{1,30}}|in (?:euros?|eur|pounds|gbp|chf|francs|yen|(?:canadian|australian) dollars)(?=\s*(?:$|[.,;!?)]))|rounded (?:to|up|down)\b[^.;,\n]{{0,30}}|(?:use|take|using|taking) the (?:figures?|numbers?|values?) (?:from|in|of) (?:the|our|my|his|her) (?!last|previous|year|month|quarter)[\w ]{{2,30}}|one (?:per|a|each|every) (?:day|week|month|channel)|(?:half a|one|a|\d+) pages?(?= long|[.,;!]|$)|tag(?:ging)? @?[a-z][\w.-]*|"
    r"(?:with|include|add|attach) (?:an? |the |some )?(?:images?|pictures?|photos?|charts?|graphs?|gifs?|videos?|infographics?|poll)|as (?:an? )?(?:table|json|xml|csv|pdf|word document|powerpoint)|in (?:json|xml|markdown|csv|html)(?: format)?|as (?:a )?(?:poem|rap|haiku|limerick|song)|in rhymes?|(?:wrap|enclose)\w* [^.]{0,40}double (?:angular brackets|quotation marks)|placeholders?)\b"
)
_ADDRESS = marks.ADDRESS
_ADDRESSES = re.compile(
    rf"(?:,\s*(?:and )?(?:write|reply|mail|contact us|get in touch) )?(?:to |at )?{_ADDRESS}(?:(?:,| and|, and) {_ADDRESS})*"
)
_UNSKIPPED = re.compile(
    r"(?:,? and )?(?:(?:publish|post|send|release|do) (?:it|this|them|that)(?: \w+)? )?(?P<what>\b(?:without|skip(?:ping)?|no|bypass(?:ing)?) (?:(?:my|any|the|an?|further|human|asking for|waiting for|need for) ?)*"
    r"(?:approval|review|asking(?: me)?|confirmation|permission|sign-?off)(?: step| first)?\b|\b(?:auto-?)?approve (?:it|this|them|that|everything)\b(?: (?:yourself|automatically|for me|right away|without asking(?: me)?))*)"
)
PERSONAS = {
    "humanVoice": r"human ?voice", "newsReporter": r"news ?reporter|reporter|journalist", "storyteller": r"story ?teller",
    "interesting": r"interesting(?= (?:persona|voice))|(?<=persona )interesting", "provocateur": r"provocateur", "dataNerd": r"data ?nerd",
    "mythBuster": r"myth ?buster", "coach": r"coach", "thoughtLeader": r"thought ?leader", "contrarian": r"contrarian",
    "explorer": r"explorer", "philosopher": r"philosopher",
}  # fmt: skip
_VOICE = re.compile(
    r"\b(?:in the (?:voice|style|persona|manner) of|using the|use the|with the|as|like|persona(?: is|:)?|voice:|(?:write|sound|speak|talk) (?:it )?(?:as|like)) (?:an? |the |our |your )?(?P<name>"
    + "|".join(f"(?:{p})" for p in PERSONAS.values())
    + r")(?: (?:persona|voice|would|style))?\b"
    + r"|\b(?P<name2>"
    + "|".join(f"(?:{p})" for p in PERSONAS.values())
    + r") (?:persona|voice|style)\b"
)
_FOREIGN_VOICE = re.compile(
    r"\bin the (?:voice|style|manner) of (?!(?:our|the) (?:brand|company|house))(?P<who>(?:an? |the )?[\w.'-]+(?: [\w.'-]+)?)|\b(?P<who2>\w+) persona\b"
)


# "Mention MRR but not headcount"
_BUT_NOT = re.compile(
    rf"\s*,?\s*(?:(?:but|and|just) )?(?:not|instead of|rather than) (?:the |our |any )?(?P<what>.{{2,80}}?){_STOP}"
)
_THOSE = re.compile(r"(?:them|him|her|those|these|that)(?=\s*(?:$|[.,;]))")


def find(low: str, text: str, posting: Posting | None = None, manner: Tone | None = None) -> Demands:
    """Everything the instruction demands of the text; spans are offsets into the instruction."""
    demands = Demands(posting=posting or Posting(), manner=manner or Tone())
    demands.spans += [*demands.posting.spans, *demands.manner.denied]
    demands.avoided += demands.manner.denied
    demands.unsupported += demands.manner.unkept
    if demands.posting.at:
        demands.values["publish_at"] = demands.posting.at
        demands.evidence["publish_at"] = demands.posting.words
    for step in (
        _voice,
        pointing.links,
        _flags,
        _lengths,
        pointing.calls,
        _deadline,
        _words,
        _counts,
        _unskipped,
        _cannot,
    ):
        step(low, text, demands)
    return demands


def _voice(low: str, text: str, demands: Demands) -> None:
    match = _VOICE.search(low)
    if match:
        said = match["name"] or match["name2"]
        name = next(
            n
            for n, pattern in PERSONAS.items()
            if re.fullmatch(pattern.split("(?")[0] or pattern, said) or re.search(pattern, match[0])
        )
        return take(demands, match, "persona", name)
    other = _FOREIGN_VOICE.search(low)
    if other and (other["who2"] or "") not in (
        "buyer",
        "customer",
        "user",
        "target",
        "each",
        "every",
        "the",
        "a",
        "your",
        "which",
        "our",
    ):
        group = "who" if other["who"] else "who2"
        demands.unknown_voice = text[slice(*other.span(group))]
        demands.spans.append(other.span())


def _flags(low: str, text: str, demands: Demands) -> None:
    for name, pattern in _FLAGS:
        match = pattern.search(low)
        if match:
            take(demands, match, name, True)


def _lengths(low: str, text: str, demands: Demands) -> None:
    every = lengths.find(low, demands.spans)
    demands.of_parts = [one for one in every if one.part]
    demands.spans += [one.span for one in demands.of_parts]
    said = [one for one in every if not one.part]
    for one in said:
        demands.spans.append(one.span)
        for name, value in one.bounds():
            demands.values.setdefault(name, value)
            demands.evidence.setdefault(name, one.words)
        if one.unkept:
            demands.unsupported.append(one.words)
    demands.length_clash = lengths.clash(said)


# "20% off until Friday" says how long it lasts.
_LASTS = re.compile(
    r"\b(?:off|discounts?|sales?|offers?|open|valid|runs?|lasts?|free|closed|available|tickets?|registers?|registration|sign-?ups?|appl(?:y|ications?)|vote|prices?|deals?)\b[^.;,]{0,30}\b(?:before|until|by) (?:the )?[\w ]+$"
)


def _deadline(low: str, text: str, demands: Demands) -> None:
    match = next(
        (one for one in _DEADLINE.finditer(low) if not (overlaps(one, demands) or _LASTS.search(low[: one.end()]))),
        None,
    )
    if match and not re.search(r"\b(?:will|forecast|predict|project|estimate|expect)\b", low[: match.start()]):
        group = "day" if match["day"] else "asap"
        demands.values["deadline"] = text[slice(*match.span(group))].strip()
        demands.spans.append(match.span())
        demands.evidence["deadline"] = match[0]


def _words(low: str, text: str, demands: Demands) -> None:
    avoid: list[str] = []
    include: list[str] = []
    for pattern, into in ((_AVOID, avoid), (_NO_THINGS, avoid), (_NO_METRIC, avoid), (_INCLUDE, include)):
        for match in pattern.finditer(low):
            group = "what" if match["what"] else "sub" if "sub" in match.groupdict() else "kept"
            story = (pattern is _NO_METRIC and _STORY.search(low[: match.start()])) or (
                pattern is _NO_THINGS and match[0].startswith("without") and TOLD_OF.search(low[: match.start()])
            )
            if (
                story
                or overlaps(match, demands, group)
                or (into is avoid and withholding.is_wanted(low, match.start()))
            ):
                continue
            tag = re.match(r"#\w+(?:(?:,| and| or)? #\w+)*", text[match.start(group) :])
            end = match.start(group) + tag.end() if tag else match.end(group)
            as_words = _AS_WORDS.search(match[0])
            sounds = [] if as_words else [a for a, _ in demands.manner.spans if match.start(group) < a < end]
            end = min([end, *sounds])  # ", warm and human" behind it says how it is to sound
            items = _items(text[match.start(group) : end])
            if into is avoid and not as_words:
                items = [withholding.plain(item) for item in items]
            kept = [item for item in items if not (_LEAVES_OUT.match(match[0]) and _is_time(item))]
            into += kept
            demands.spans.append((match.start(), end if tag or sounds else max(end, match.end())))
            while into is include and (other := _BUT_NOT.match(low, end)):
                end = other.end()
                avoid += _items(text[slice(*other.span("what"))])
                demands.spans.append(other.span())
                demands.avoided.append(other.span())
                demands.unsaid.append(other.span())
            if into is avoid:
                demands.avoided.append((match.start(), end) if sounds else match.span())
                if not kept and _THOSE.match(
                    low, match.start(group)
                ):  # whom it means is nothing a text is searched for
                    demands.unsupported.append(low[match.start() : match.start(group) + 4].strip(" ,."))
            if into is avoid and kept:  # a time in it is none that the text is about, nor is it a word to look for
                demands.unsaid.append(match.span())
                demands.unsupported += [item for item in kept if dates.atoms(item.lower())]
    for span in withholding.find(low):
        avoid.append(WITHHELD)
        demands.spans.append(span)
        if not any(span[0] < b and a < span[1] for a, b in demands.avoided):
            demands.avoided.append(span)
    for match in _HASHTAGS.finditer(text):
        if not any(match[0] in item for item in include):
            include.append(match[0])
        label = re.search(r"(?:,? ?\b(?:and |with |use |add )?(?:the )?)?\bhash ?tags?\s*:?\s*$", low[: match.start()])
        demands.spans.append((label.start() if label else match.start(), match.end()))
    avoid = [_OF_FIGURES.sub(r"\1", item) for item in avoid]  # "traffic figures" forbids traffic
    for name, items in (("must_include", include), ("must_avoid", avoid)):
        if items:
            demands.values[name] = list(dict.fromkeys(items))
            demands.evidence[name] = "; ".join(items)


_AS_WORDS = re.compile(r"\b(?:words?|phrases?|terms?)\b|\"|(?<!\w)'")
_LEAVES_OUT = re.compile(
    r"(?:exclud|omit|leav|skip|without(?! (?:about|mention|say|talk|refer|nam|disclos|reveal|discuss)))"
)


def _is_time(item: str) -> bool:
    """ "Excluding October" leaves a time out of the figures, and forbids no word."""
    found = dates.atoms(item.lower())
    return bool(found) and found[0].start == 0


_QUOTE = re.compile(r"\"([^\"]+)\"|(?<!\w)'([^']{2,})'(?!\w)")
_SPLIT = re.compile(r",\s*(?:and\s+|or\s+)?|\s+(?:and|or|nor)\s+|\s*&\s*")
_NAMES_WORDS = re.compile(r"(?:words?|phrases?|terms?|keywords?|hashtags?|#.*)", re.I)


def _items(said: str) -> list[str]:
    """ "our revenue, "free trial" and the number of customers" -> each thing on its own."""
    quoted = [a or b for a, b in _QUOTE.findall(said)]
    if quoted:
        others = [part for part in _SPLIT.split(_QUOTE.sub("\0", said)) if "\0" not in part]
        return quoted + [one for part in others for one in _items(part) if not _NAMES_WORDS.fullmatch(one)]
    parts = _SPLIT.split(said)
    clean = [re.sub(r"^(?:our|the|a|an|any|that|of)\s+", "", part.strip(" .:;()\"'"), flags=re.I) for part in parts]
    clean = [re.sub(r"\s+by name$", "", part, flags=re.I) for part in clean]
    return [part for part in clean if part and part.lower() not in ("it", "this", "them", "please")]


def _counts(low: str, text: str, demands: Demands) -> None:
    """How many are wanted; two different counts in one request cannot both be kept in one field."""
    found: list[re.Match[str]] = []
    for match in _COUNT.finditer(low):
        count = number(match["n"])
        spoken_of = re.search(r"\b(?:last|past|our|of our|previous|the) $", low[: match.start()])
        rhythm = re.match(r"\s*(?:a|per|each|every) (?:day|week|month)", low[match.end() : match.end() + 14])
        if count and count > 1 and not overlaps(match, demands) and not spoken_of and not rhythm:
            found.append(match)
    if len({number(match["n"]) for match in found}) == 1:
        take(demands, found[0], "count", number(found[0]["n"]), "n")
    elif found:
        demands.unsupported += [match[0] for match in found]


def _unskipped(low: str, text: str, demands: Demands) -> None:
    """ "Publish it without approval": a person decides, whatever the words say."""
    for match in _UNSKIPPED.finditer(low):
        demands.unskipped.append(match["what"])
        demands.spans.append(match.span())


def _cannot(low: str, text: str, demands: Demands) -> None:
    addresses = _ADDRESSES.finditer(low) if "@" in low else ()
    for match in (*addresses, *_CANNOT.finditer(low)):
        if not overlaps(match, demands):
            demands.unsupported.append(match[0].strip(" ,"))
            demands.spans.append(match.span())

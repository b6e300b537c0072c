"""Reads what one part of a request asks to be done."""

import re
from dataclasses import dataclass, field

from cofounder.models.intent import ActionKind
from cofounder.models.offline.parsing import deliverables, metrics
from cofounder.models.offline.parsing.deliverables import TOPIC_START, Thing

TEXT_KINDS: tuple[ActionKind, ...] = ("edit_text", "shorten_text", "restyle_text", "summarise_text", "check_compliance", "publish_text")
WRITE_KINDS: tuple[ActionKind, ...] = ("create_post", "create_thread", "write_article", "write_email", "headlines")
FIGURE_KINDS: tuple[ActionKind, ...] = ("analyse_metrics", "compare_metrics", "forecast_metrics")


@dataclass(frozen=True, slots=True)
class Context:
    """What else is known where a part stands."""

    has_text: bool = False  # the request comes with a given text
    timed: bool = False  # the part names a period
    versus: bool = False  # it sets one period against another
    placed: bool = False  # it names a channel to go to
    before: tuple[ActionKind, ...] = ()  # what earlier parts asked for
    low: str = ""  # the whole instruction


@dataclass(slots=True)
class Found:
    """What a part asks for. No kinds and `unmade` set: it asks for something the product does not do."""

    kinds: list[tuple[ActionKind, str]] = field(default_factory=list)  # with the words that say so
    sure: float = 0.95
    unmade: str | None = None
    topic_at: int | None = None  # where in the part the topic begins, when the verb settles it
    refers: bool = False  # "it", "this": what an earlier part makes


_THIS = r"(?:it|this|that|these|them|the (?:following|text|below|above|draft|copy|post|caption|paragraph|sentence|e-?mail|newsletter|article|message|tweet|headline|statement|version|original|passage|announcement|title|content|wording|description|sentences|thread|note|blog post|press release|claim|bio|intro|result|piece)|my (?:text|draft|post|e-?mail|article|copy|tweet|paragraph|message|newsletter)|our (?:text|draft|copy|(?:last|latest) (?:post|draft)))"
_OBJECT_THIS = re.compile(rf"\b{_THIS}\b")
_SHORT = re.compile(rf"^(?:shorten|condense|trim|tighten|abridge|shorter version|make (?:\w+ ){{1,5}}(?:short(?:er)?|more concise|tighter|more compact)|(?:cut|reduce|get|bring|boil|squeeze|compress)\b(?: down)? (?:\w+ ){{0,4}}?(?:it|this|that|text|post|article|draft|email|copy|to|down|in half|by half|the following)\b)|\b(?:too long|more concise|shorter|to half (?:its|the) length|in fewer words)\b")
_SUMMARY = re.compile(r"^(?:summari[sz]e|sum up|tl;?dr|recap|boil down|give (?:me |us )?(?:a |the )?(?:short |brief |quick |one-paragraph |executive )?(?:summary|gist|tl;?dr|key points|main points|takeaways)|extract (?:the )?(?:key|main) points|what (?:are|is) the (?:key|main) (?:points?|takeaways?|message))|\b(?:summary|key points|main points|takeaways|gist) of\b")
_RESTYLE = re.compile(r"^(?:rewrite|rephrase|reword|restyle|paraphrase|change the (?:tone|style|voice)|adjust the tone|simplify|soften|(?:make|get|let) (?:it|this|that|the [\w ]{2,20}?|my \w+|our \w+)(?: text| below| above)? (?:sound |be |read |feel |look |a bit |a little |much |less |more |slightly )*(?!shorter|longer|better|short\b|concise|compliant|clearer\b|good)\w+|tone (?:it|this) down|say (?:it|this) )|\b(?:in a (?:more |different |less )?\w+ (?:tone|style|voice)|more (?:formal|casual|friendly)|less (?:formal|stiff))\b[^.]*$")
_EDIT = re.compile(r"^(?:edit|proof-?read|copy-?edit|polish|revise|correct|improve|clean up|fix|spell-?check|expand|lengthen|enhance|make (?:it|this|that|the [\w ]{2,20}?|my \w+) (?:better|longer|clearer|good|stronger|compliant)|check (?:\w+ ){0,4}(?:grammar|spelling|typos|punctuation|mistakes)|correct (?:the )?(?:grammar|spelling|typos))|\b(?:grammar|spelling|typos)\b")
_COMPLIANCE = re.compile(r"\b(?:complian\w+|comply|legally|legal(?:ly)? (?:ok|okay|fine|risk\w*|problem\w*|issue\w*)|is (?:it|this|that) (?:ok|okay|legal|allowed|safe|fine|permitted)|(?:are|am) (?:we|i) allowed|may we (?:say|claim|publish|write|post|promise|call|state|use)|can we (?:say|claim|promise|guarantee|legally|publish|advertise|call|state|post|write)|could we (?:say|claim)|unsupported claims?|forbidden (?:promises?|terms?|words?|claims?)|regulat\w+|gdpr|personal data|disclosures?|disclaimers?|risky (?:claims?|words?|statements?|wording)|violat\w+|policy|policies|guidelines|misleading|advertising (?:law|rules)|legal(?:ly)? (?:check|review)|check (?:the |all )?claims|claims? (?:check|allowed)|problematic)\b")
_MARKET = re.compile(r"\b(?:market(?! share)(?:s|place)?|industry|industries|sector|competitors?|competition|competitive|rivals?|share of voice|trending|topics?|what people (?:are )?(?:talk|search|ask|discuss)\w*|audience (?:interests?|trends?)|trends? in (?!our|the revenue|revenue|traffic|sales|customers?|churn)|niche|peers)\b")
_BUSINESS = re.compile(r"\b(?:our|we|us|my|company|business|startup|team|the numbers|the figures|the metrics|kpis?)\b")
_DOING = re.compile(r"\b(?:do|did|doing|done|perform\w*|go|going|went|grow\w*|grew|growing|change[sd]?|compare|develop\w*|look|trend\w*|happen\w*|earn\w*|make|made|sell|sold|spend|spent|convert\w*|win|won|lose|lost|gain\w*|drop\w*|fall|fell|rise|rose|risen|decline\w*|increase\w*|improv\w*|hit|reach\w*|drove|drive|cause[sd]?|perform|work(?:ed|ing)?|is|are|was|were|stand|track)\b")
_FUTURE = re.compile(r"\b(?:will|going to|expect\w*|likely|by the end of|next (?:month|quarter|year|week|\d+|three|six|two|twelve)|in (?:six|three|two|\d+) months|heading|end up|outlook)\b")
_FUTURE_VERB = re.compile(r"^(?:forecast|predict|project|estimate|extrapolate|forecasts|anticipate)\b")
_COMPARE = re.compile(r"^(?:compare|contrast|benchmark|comparison)\b|\b(?:vs|versus|compared? (?:to|with|against)|difference between|differ(?:s|ed)? from|relative to)\b|\bhow (?:does|did|do|is|was) .{2,50} compare\b|\bbetter (?:or worse )?than\b|\bstack up\b")
_ANALYSE = re.compile(r"^(?:analy[sz]e|review|look (?:at|into)|dig into|dive into|deep dive|break down|evaluate|assess|examine|measure|report(?: on)?|show|tell (?:me|us)|explain|investigate|track|inspect|calculate|study|monitor|check|read|pull|walk (?:me|us) through|get|give|find|list|summari[sz]e|sum up|recap|interpret|crunch|see|compute|identify|explore|what|how|why|which|where|did|is|are|do|does|was|were|who|when|any)\b")
_QUESTION = re.compile(r"^(?:what|how|why|which|where|did|is|are|do|does|was|were|who|when|have|has|will|any)\b")
_CREATE = re.compile(r"^(?:create|write(?: up)?|draft|compose|generate|produce|craft|prepare|design|develop|suggest|propose|brainstorm|make|give(?: me| us)?|get(?: me| us)?|put together|come up with|build|do|send(?: out)?|need|want|like|i need|we need|i want|we want|i'd like|we'd like|pen|type|script|whip up|think (?:of|up)|find|share|publish|post|run|schedule|set up|plan|outline|submit|provide|deliver|start|launch|show|new|another|add|offer|formulate|construct|output|print|fill|repurpose|turn|convert|adapt|transform)\b(?: (?:me|us|up))?")
_TURN = re.compile(rf"^(?:turn|convert|adapt|repurpose|transform|make|reformat|rework|recast|remix|use|take) (?:.{{0,40}}?)\b{_THIS}\b(?:.{{0,30}}?) (?:into|as|to|for|and (?:make|create|write))\b")
_SEND = re.compile(r"^(?:publish|post|send(?: out)?|share|tweet|schedule|release|put(?: out)?|push(?: out)?|e-?mail|get|upload|go live with|submit|repost)\b")
_ANNOUNCE = re.compile(r"^(?:announce|promote|celebrate|advertise|tease|hype|brag about|show off|shout out|spread the word(?: about| that)?|get the word out(?: about)?|congratulate|thank|welcome)\b|^(?:tell|let|inform|update|remind|invite) (?:(?:our|the|all|my|existing|new|loyal) )*(?:\w+ )?(?:followers?|audience|customers?|users?|clients?|subscribers?|fans|community|people|everyone|everybody|the world|world|readers?|investors?|partners?|linkedin|twitter|facebook|team|employees|members|shareholders)\b")
_TWEET = re.compile(r"^tweet\b(?! (?:storm|thread))")
_MAIL = re.compile(r"^(?:e-?mail|mail)\b (?!.*\b(?:performance|open rates?|metrics)\b)")
_IDEAS = re.compile(r"\b(?:(?:post|content|blog|article|topic|newsletter|tweet|linkedin|campaign|social media)s? ideas?|ideas? (?:for|about|on) (?:(?:our|the|some|new|more|next|blog|linkedin|social|media|upcoming|facebook|twitter) )*(?:posts?|content|articles?|newsletters?|tweets?|topics|campaigns?))\b")
_CALENDAR = re.compile(r"\b(?:plan|map out|lay out|schedule|organi[sz]e|outline|fill)\b.{0,60}\b(?:posts|content|social media|tweets|newsletters?|publications|articles|topics|calendar|posting|channels)\b|\bwhat (?:should|could|can|shall) (?:we|i) (?:post|publish|write about|share|tweet)\b|\bwhat to (?:post|publish|share|tweet)\b|\bwhen (?:should|to) (?:we )?(?:post|publish)\b|\bposting schedule\b|\bcalendar\b.*\bposts\b")
_TRANSLATE = re.compile(r"\btranslat(?:e|ion|ing)\b")
_PERSONAL = re.compile(
    r"\b(?:to|for) (?:my|his|her|your|their) (?:boss|friends?|wife|husband|mother|mom|mum|father|dad|landlord|teacher|professor|girlfriend|boyfriend|sister|brother|neighbou?rs?|colleagues?|manager|doctor|son|daughter|uncle|aunt|grand\w+|cousin|roommate|coworkers?|supervisor|parents|kids|dog|cat|ex|partner|tenant|students?|wedding)\b|"
    r"\bto (?:a|an|the) (?:friend|landlord|recruiter|professor|colleague|hiring manager|neighbou?r|candidate|supplier|vendor|lawyer|single customer|teacher|company|hotel|senator|congress\w*|customer who|client who)\b|\b(?:reply|respond|answer)(?:ing)? to\b"
)


def read(words: str, context: Context) -> Found:
    """What the words of one part ask for; empty when they only add to another part."""
    if _TRANSLATE.search(words):
        return Found(unmade="translation")
    for reader in (_calendar, _create, _on_text, _compliance, _announce, _market, _forecast, _compare, _send, _analyse, _named_only):
        found = reader(words, context)
        if found is not None:
            return found
    return Found()


def _has_figures(words: str, context: Context) -> bool:
    return bool(metrics.find(words) or metrics.FIGURES.search(words) or context.timed)


def _calendar(words: str, context: Context) -> Found | None:
    if _CALENDAR.search(words) and not re.match(r"(?:post|tweet|publish)\b", words):
        return Found([("plan_calendar", words[:60])], 0.93)
    if _IDEAS.search(words) and not re.search(r"\b(?:headline|title|subject)", words):
        return Found(unmade="ideas for content")
    return None


def _create(words: str, context: Context) -> Found | None:
    verb = _CREATE.match(words)
    if verb is None or re.match(r"(?:get|give|show|make|find|do) (?:it|this|that)\b", words) and not _TURN.match(words):
        return None
    if _TURN.match(words):
        return _turned(words, context)
    if _SEND.match(words) and _given_object(words, context):
        return None
    things = deliverables.find(words)
    topic = TOPIC_START.search(words)
    if things and (topic is None or things[0].start < topic.start()):
        return _of_things(words, things, context)
    if topic and topic.start() <= verb.end() + 14 or (context.placed and not _SEND.match(words) and not re.match(r"(?:give|show|get|find)\b", words)):
        if re.match(r"(?:show|find|get|give|do|run|make|want|need|like|start|launch|add|offer)\b", words) and not context.placed:
            return None
        return Found([("create_post", verb[0])], 0.85)
    if re.match(r"(?:write|draft|compose|generate|produce|craft|create|brainstorm|design|build|develop|suggest|compile)\b", words) and not context.before:
        return Found(unmade=" ".join(words.split()[1:6]) or None)
    return None


def _turned(words: str, context: Context) -> Found:
    match = _TURN.match(words)
    rest = words[match.end() if match else 0 :]
    things = deliverables.find(rest)
    if things and things[0].kind is not None:
        kind = things[0].kind
        if kind in ("create_post", "create_thread", "write_article", "write_email", "headlines"):
            return Found([(kind, things[0].words)], 0.92, refers=True)
    if context.placed:
        return Found([("create_post", words[:40])], 0.88, refers=True)
    if _RESTYLE.search(words):
        return Found([("restyle_text", words[:40])], 0.85, refers=True)
    return Found(unmade=things[0].words if things else None)


def _of_things(words: str, things: list[Thing], context: Context) -> Found | None:
    first = things[0]
    if first.kind is None:
        return Found(unmade=first.words)
    if first.kind == "write_email" and _PERSONAL.search(words):
        return Found(unmade="e-mails to a single person")
    kinds: list[tuple[ActionKind, str]] = []
    for thing in things:
        kind = _settled(thing, words, context)
        if kind is not None and kind not in [k for k, _ in kinds]:
            kinds.append((kind, thing.words))
    if not kinds:
        return Found(unmade=first.words) if re.match(r"(?:write|create|draft|generate|make|prepare|give)\b", words) else None
    weak = first.words in ("content", "copy", "something", "statement", "message", "messages", "text")
    return Found(kinds, 0.8 if weak else 0.95, refers=bool(re.search(rf"\b(?:of|for|from|on|about|with) {_THIS}\b", words)))


def _settled(thing: Thing, words: str, context: Context) -> ActionKind | None:
    """The kind a noun means here: a report on figures is an analysis, one for a channel is a post."""
    if thing.kind == "analyse_metrics":
        if context.placed and re.match(r"(?:write|draft|create|post|publish|share|compose|make)\b", words):
            return "create_post"
        if re.search(r"\bsummary|overview|recap\b", thing.words) and context.has_text and not _has_figures(words, context):
            return "summarise_text"
        if _MARKET.search(words) and not metrics.find(words):
            return "analyse_market"
        if context.versus or _COMPARE.search(words):
            return "compare_metrics"
        return "analyse_metrics" if _has_figures(words, context) or _BUSINESS.search(words) else None
    if thing.kind == "analyse_market" and thing.words.startswith("trend") and metrics.find(words) and not _MARKET.search(words.replace(thing.words, "")):
        return "analyse_metrics"
    if thing.kind == "compare_metrics" and _MARKET.search(words) and not context.timed:
        return "analyse_market"
    return thing.kind


def _given_object(words: str, context: Context) -> bool:
    """ "post this", "publish the following", "tweet: ..." with a text at hand."""
    after = re.sub(r"^\S+(?: out)?\s*", "", words)
    if re.match(rf"{_THIS}(?!\w)(?! (?:about|on how|announcing))", after):
        return True
    if context.has_text and not TOPIC_START.search(words) and not context.before:
        return bool(_OBJECT_THIS.search(words)) or not re.search(r"\b(?:highlights|results|numbers)\b", words)
    return False


def _on_text(words: str, context: Context) -> Found | None:
    object_ = context.has_text or _OBJECT_THIS.search(words)
    ours = metrics.find(words) or (metrics.FIGURES.search(words) and not _OBJECT_THIS.search(words)) or (context.timed and not context.has_text)
    if _COMPLIANCE.search(words) and (object_ or _QUESTION.match(words)) and not re.search(r"\bmake\b[^.]*\bcompliant\b", words):
        return None
    for pattern, kind in ((_SHORT, "shorten_text"), (_SUMMARY, "summarise_text"), (_EDIT, "edit_text"), (_RESTYLE, "restyle_text")):
        match = pattern.search(words)
        if match is None:
            continue
        if match.start() > 0 and not object_:
            continue
        if not object_ and (ours or not _bare(words, kind)):
            continue
        if kind == "summarise_text" and ours and not context.has_text:
            continue
        if kind in ("edit_text", "shorten_text") and not object_ and _BUSINESS.search(words):
            continue
        sure = 0.95 if match.start() == 0 else 0.85
        return Found([(kind, match[0])], sure, refers=bool(_OBJECT_THIS.search(words)))  # type: ignore[list-item]
    return None


def _bare(words: str, kind: str) -> bool:
    """Whether hardly anything but the verb is said: "proofread", "shorten to 50 words"."""
    return len(words.split()) <= 6 and not re.search(r"\b(?:how|why|what)\b", words)


def _compliance(words: str, context: Context) -> Found | None:
    match = _COMPLIANCE.search(words)
    if match is None:
        return None
    asks = _QUESTION.match(words) or re.match(r"(?:check|review|scan|vet|screen|verify|flag|validate|audit|find|make sure|ensure|look|test|run|do|compliance|can|may|could|point out|identify|spot|tell|see|assess|evaluate|analy[sz]e)\b", words)
    if not asks or not (context.has_text or _OBJECT_THIS.search(words) or re.search(r"\b(?:claims?|say|compliance|compliant|post|text|draft|newsletter|e-?mail)\b", words)):
        return None
    return Found([("check_compliance", match[0])], 0.95, refers=bool(_OBJECT_THIS.search(words)))


def _announce(words: str, context: Context) -> Found | None:
    if _TWEET.match(words) and not _given_object(words, context):
        return Found([("create_post", "tweet")], 0.95, topic_at=5)
    mail = _MAIL.match(words)
    if mail and not _given_object(words, context):
        return Found(unmade="e-mails to a single person") if _PERSONAL.search(words) else Found([("write_email", mail[0].strip())], 0.92, topic_at=mail.end())
    blog = re.match(r"blog (?:about|on|that)\b", words)
    if blog:
        return Found([("write_article", "blog")], 0.92, topic_at=4)
    match = _ANNOUNCE.match(words)
    return Found([("create_post", match[0])], 0.88, topic_at=match.end()) if match else None


def _market(words: str, context: Context) -> Found | None:
    match = _MARKET.search(words)
    if match is None or metrics.find(words) and not re.search(r"\b(?:competitors?|competition|industry|market trends?)\b", words):
        return None
    asks = _ANALYSE.match(words) or _COMPARE.match(words) or re.match(r"(?:market|industry|competitor|competitive|trend|research|scan|run|do|map|spot|monitor|watch|share of voice|current|latest|top)\b", words)
    relevant = re.search(r"\b(?:trends?|trending|analysis|research|doing|happening|going on|say\w*|talk\w*|competitors?|competition|share of voice|developments?|landscape|overview|insights?|report|popular|hot|moving|changing|look|outlook|state|work(?:s|ed|ing)? best|perform\w*|resonat\w*|interest\w*|analy[sz]e|research)\b", words)
    if not asks or not relevant or re.search(r"\b(?:stock market|supermarket|farmers market|market day)\b", words):
        return None
    return Found([("analyse_market", match[0])], 0.9)


def _forecast(words: str, context: Context) -> Found | None:
    verb = _FUTURE_VERB.match(words) or re.match(r"(?:.{0,60}?)\b(?:forecasts?|projections?|prediction|outlook)\b(?! (?:accuracy|was|were))", words)
    about = _has_figures(words, context) or _BUSINESS.search(words)
    if verb and about:
        return Found([("forecast_metrics", verb[0][-30:])], 0.93)
    if verb and _FUTURE_VERB.match(words):
        return Found(unmade=" ".join(words.split()[:5]))
    if _QUESTION.match(words) and _FUTURE.search(words) and (metrics.find(words) or metrics.FIGURES.search(words) or re.search(r"\bcustomers\b", words)) and not re.search(r"\b(?:did|was|were)\b", words):
        return Found([("forecast_metrics", words[:40])], 0.9)
    return None


def _compare(words: str, context: Context) -> Found | None:
    match = _COMPARE.search(words)
    if match is None and not context.versus:
        return None
    if not (_has_figures(words, context) or re.search(r"\bour\b", words)):
        return Found(unmade=" ".join(words.split()[:6])) if _COMPARE.match(words) else None
    if match is not None and match.start() > 0 and not (_QUESTION.match(words) or _ANALYSE.match(words) or context.timed or metrics.find(words)):
        return None
    return Found([("compare_metrics", match[0] if match else "versus")], 0.93)


def _send(words: str, context: Context) -> Found | None:
    match = _SEND.match(words)
    if match is None:
        return None
    if _given_object(words, context):
        return Found([("publish_text", match[0])], 0.93, refers=True)
    if re.match(r"(?:get|put|push|upload|submit)\b", words) and not context.placed:
        return None
    return Found([("create_post", match[0])], 0.9, topic_at=match.end())


def _analyse(words: str, context: Context) -> Found | None:
    match = _ANALYSE.match(words)
    if match is None:
        return None
    named, figures = metrics.find(words), metrics.FIGURES.search(words)
    ours = _BUSINESS.search(words) or context.timed
    channel = re.search(r"\b(?:posts?|linkedin|twitter|facebook|blog|newsletters?|campaigns?|social media|content|e-?mails?|customers?|website|personas?)\b", words)
    customers = re.search(r"\b(?:customers|clients|users)\b", words)
    if _QUESTION.match(words):
        if re.match(r"how (?:do|can|should|could|would|to) (?:i|we|you)\b(?!.*\b(?:doing|perform|compare|look)\b)", words) and not re.match(r"how do we (?:do|perform|compare|look|stand)", words):
            return None
        knows = named or figures or (ours and _DOING.search(words) and (context.timed or channel or re.search(r"\bwe (?:do|doing|perform)|(?:are|did|have|has|is|was) (?:we|the (?:company|business|team)|our (?:company|business|startup)|(?:business|things))\b", words)))
        if not knows or not (ours or named and re.match(r"(?:how much|how many|what (?:is|was|were|are)|why did|where)\b.*\b(?:the|did|was|is|our)\b", words)):
            return None
        return Found([("analyse_metrics", words[:40])], 0.88)
    if named and (ours or len(words.split()) <= 6) or figures and (ours or len(words.split()) <= 5) or (context.timed and len(words.split()) <= 9) or ((channel or customers) and ours and not context.has_text):
        return Found([("analyse_metrics", match[0])], 0.9 if (named or figures or context.timed) else 0.8)
    if re.match(r"(?:analy[sz]e|explain|calculate|list|identify|research)\b", words):
        return Found(unmade=" ".join(words.split()[:6]))
    return None


def _named_only(words: str, context: Context) -> Found | None:
    """No verb at all: "LinkedIn post about Q4", "October revenue", "five headlines for our launch"."""
    if _QUESTION.match(words) or context.before and not re.match(r"(?:an?|one|two|three|\d+) ", words):
        return None
    things = deliverables.find(words)
    near = things and (len(words[: things[0].start].split()) <= 5)
    if near and things[0].kind is not None and not re.match(r"(?:if|when|while|because|i|we|you|he|she|it|they|there|this|that|my|your|solve|implement|reply|respond|answer)\b", words):
        found = _of_things(words, things, context)
        if found and found.kinds:
            found.sure = min(found.sure, 0.88)
        return found
    if (metrics.find(words) or context.timed and metrics.FIGURES.search(words)) and len(words.split()) <= 8:
        return Found([("analyse_metrics", words)], 0.65)
    if context.placed and len(words.split()) <= 14 and TOPIC_START.search(words):
        return Found([("create_post", words[:40])], 0.75)
    return None

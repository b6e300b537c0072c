"""Reads what one part of a request asks to be done."""

import re

from cofounder.models.intent import ActionKind
from cofounder.models.offline.parsing import cues, deliverables, destining, figures, halting, metrics, texts
from cofounder.models.offline.parsing.clause import FIGURE_KINDS, TEXT_KINDS, WRITE_KINDS, Context, Found
from cofounder.models.offline.parsing.deliverables import TOPIC_START, Thing

__all__ = ["FIGURE_KINDS", "TEXT_KINDS", "WRITE_KINDS", "Context", "Found", "read"]


def read(words: str, context: Context) -> Found:
    """What the words of one part ask for; empty when they only add to another part."""
    if cues.TRANSLATE.search(words):
        return Found(unmade="translation")
    if halting.find(words) and not context.has_text:
        return Found(unmade=_first(words))
    if re.match(
        r"what (?:could|would|should|might|is|are) (?:be )?(?:an? |some )?(?:\w+ )?(?:headline|title|subject line)s?\b",
        words,
    ):
        return Found([("headlines", words[:40])], 0.88)
    if cues.UNDONE.match(words):
        return Found(unmade=" ".join(words.split()[:5]))
    form = _IN_A.match(words) if not context.has_text else None
    if form:
        kinds = [thing.kind for thing in deliverables.find(form["form"]) if thing.kind in WRITE_KINDS]
        if kinds and kinds[0] is not None:
            return Found(
                [(kinds[0], form["form"])], 0.88, topic_at=form.end("verb"), refers=bool(_MADE.match(form["what"]))
            )
    for reader in (
        _calendar,
        _create,
        texts.on_text,
        texts.compliance,
        _announce,
        figures.market,
        figures.forecast,
        figures.compare,
        _send,
        figures.analyse,
        _named_only,
    ):
        found = reader(words, context)
        if found is not None:
            if found.kinds and {kind for kind, _ in found.kinds} <= {*FIGURE_KINDS}:
                found = destining.settle(found, words, context)
            return _for_a_channel(found, words, context)
    return Found()


def _first(words: str) -> str:
    return re.sub(r"(?:[ ,]+(?:and|or|then|but|also))+$", "", " ".join(words.split()[:10]))


# "Summarise the findings in a blog article", "explain churn to beginners in a post": told in a form is written.
_IN_A = re.compile(
    r"(?P<verb>summari[sz]e|sum up|recap|present|compare|contrast|analy[sz]e|review|explain|describe|report|wrap up) (?P<what>.{3,70}?) (?:in|as|with) (?P<form>(?:an?|one|two|three) .{0,20}?\b(?:posts?|tweets?|threads?|articles?|newsletters?|e-?mails?))\b"
)
_MADE = re.compile(
    r"(?:(?:the|your|all|its|key|main) )*(?:findings?|results?|outcomes?|insights?|highlights?|analysis|comparison|it|this|that)\b"
)


def _for_a_channel(found: Found, words: str, context: Context) -> Found:
    """ "Summarise our October results for LinkedIn" asks for a post, not for an analysis."""
    if (
        found.kinds
        and found.kinds[0][0] in WRITE_KINDS
        and _FORECAST.search(words)
        and figures.has_figures(words, context)
    ):
        found.kinds = [("forecast_metrics", "forecast"), *found.kinds]
        return found
    told = re.match(r"(?:summari[sz]e|sum up|recap|wrap up|report|explain|show)\b", words)
    if told and re.match(r"report on (?:linkedin|twitter|facebook|x)\b", words):
        return found  # what is looked at
    if told and context.placed and [kind for kind, _ in found.kinds] == ["analyse_metrics"]:
        return Found([("create_post", told[0])], 0.85, topic_at=told.end())
    return found


_FORECAST = re.compile(
    r"\b(?:the|our|an?) (?:\w+ ){0,2}(?:forecast|projection)s?\b(?! (?:accuracy|was|were))|\bforecasting (?:our|the)\b"
)


def _calendar(words: str, context: Context) -> Found | None:
    if re.match(r"schedule\b", words) and re.search(
        r"\b(?:post|tweet|newsletter|article) (?:about|on|regarding)\b", words
    ):
        return None
    if cues.CALENDAR.search(words) and not re.match(r"(?:post|tweet|publish)\b", words):
        return Found([("plan_calendar", words[:60])], 0.93)
    if cues.IDEAS.search(words) and not re.search(r"\b(?:headline|title|subject)", words):
        return Found(unmade="ideas for content")
    return None


def _create(words: str, context: Context) -> Found | None:
    verb = cues.CREATE.match(words)
    if re.match(r"(?:make|write|create|give (?:me|us)|prepare|draft) (?:an? )?\w+er version of\b", words):
        return None
    if cues.SUMMARY.match(words) and (context.has_text or cues.OBJECT_THIS.search(words)):
        return None
    if (
        re.match(r"make (?:my|our|the)\b", words)
        and not TOPIC_START.search(words)
        and (cues.RESTYLE.match(words) or cues.SHORT.match(words) or cues.EDIT.match(words))
    ):
        return None
    if verb is None or (
        re.match(r"(?:get|give|show|make|find|do) (?:it|this|that)\b", words) and not cues.TURN.match(words)
    ):
        return None
    if cues.TURN.match(words):
        return _turned(words, context)
    if cues.SEND.match(words) and _given_object(words, context):
        return None
    things = deliverables.find(words)
    topic = TOPIC_START.search(words)
    if things and (topic is None or things[0].start < topic.start()):
        return _of_things(words, things, context)
    if (topic and topic.start() <= verb.end() + 14) or (
        context.placed and not cues.SEND.match(words) and not re.match(r"(?:give|show|get|find)\b", words)
    ):
        if (
            re.match(r"(?:show|find|get|give|do|run|make|want|need|like|start|launch|add|offer)\b", words)
            and not context.placed
        ):
            return None
        return Found([("create_post", verb[0])], 0.85)
    if (
        re.match(
            r"(?:write|draft|compose|generate|produce|craft|create|brainstorm|design|build|develop|suggest|compile)\b",
            words,
        )
        and not context.before
    ):
        return Found(unmade=" ".join(words.split()[1:6]) or None)
    return None


def _turned(words: str, context: Context) -> Found:
    match = cues.TURN.match(words)
    rest = words[match.end() if match else 0 :]
    things = deliverables.find(rest)
    if things and things[0].kind is not None:
        kind = things[0].kind
        if kind in ("create_post", "create_thread", "write_article", "write_email", "headlines"):
            return Found([(kind, things[0].words)], 0.92, refers=True)
    if context.placed:
        return Found([("create_post", words[:40])], 0.88, refers=True)
    if cues.RESTYLE.search(words):
        return Found([("restyle_text", words[:40])], 0.85, refers=True)
    return Found(unmade=things[0].words if things else None)


def _of_things(words: str, things: list[Thing], context: Context) -> Found | None:
    first = things[0]
    if first.kind is None:
        return Found(unmade=first.words)
    if first.kind == "write_email" and cues.PERSONAL.search(words):
        return Found(unmade="e-mails to a single person")
    kinds: list[tuple[ActionKind, str]] = []
    for thing in things:
        kind = _settled(thing, words, context)
        if kind is not None and kind not in [k for k, _ in kinds]:
            kinds.append((kind, thing.words))
    if not kinds:
        return (
            Found(unmade=first.words)
            if re.match(r"(?:write|create|draft|generate|make|prepare|give)\b", words)
            else None
        )
    also = next((t.words for t in things if t.kind is None and _really(t, words)), None)
    weak = first.words in ("content", "copy", "something", "statement", "message", "messages", "text")
    refers = bool(re.search(rf"\b(?:of|for|from|with) {cues.THIS}\b|\b{cues.FROM_BYGONE}\b", words))
    return Found(kinds, 0.8 if weak else 0.95, unmade=also, refers=refers)


_ARTEFACT = re.compile(
    r"press releases?|videos?|poems?|podcasts?|infographics?|presentations?|landing pages?|slides?|(?:slide |pitch )?decks?|white ?papers?|"
    r"e-?books?|logos?|images?|flyers?|carousels?|banners?|letters?|brochures?|scripts?|functions?|code"
)


def _really(thing: Thing, words: str) -> bool:
    """Whether a thing the product does not make is asked for beside others ("a post and a press release")."""
    before = words[: thing.start]
    return bool(
        _ARTEFACT.fullmatch(thing.words) and re.search(r"(?:\band|,|\bplus|&)\s+(?:also\s+)?an? (?:\w+ )?$", before)
    )


def _settled(thing: Thing, words: str, context: Context) -> ActionKind | None:
    """The kind a noun means here: a report on figures is an analysis, one for a channel is a post."""
    if thing.kind == "analyse_metrics":
        if context.placed and re.match(r"(?:write|draft|create|post|publish|share|compose|make)\b", words):
            return "create_post"
        if (
            re.search(r"\bsummary|overview|recap\b", thing.words)
            and context.has_text
            and not figures.has_figures(words, context)
        ):
            return "summarise_text"
        if cues.MARKET.search(words) and not metrics.find(words):
            return "analyse_market"
        if context.versus or cues.COMPARE.search(words):
            return "compare_metrics"
        counted = re.search(r"\b(?:number|figure|stat)s?\b", thing.words) and not metrics.find(words)
        if counted and not (
            context.timed or re.search(r"\b(?:our|us|the (?:key |latest |main )?(?:numbers|figures|stats))\b", words)
        ):
            return None
        return "analyse_metrics" if figures.has_figures(words, context) or re.search(r"\bour\b", words) else None
    if (
        thing.kind == "analyse_market"
        and thing.words.startswith("trend")
        and metrics.find(words)
        and not cues.MARKET.search(words.replace(thing.words, ""))
    ):
        return "analyse_metrics"
    if thing.kind == "compare_metrics" and cues.MARKET.search(words) and not context.timed:
        return "analyse_market"
    return thing.kind


def _given_object(words: str, context: Context) -> bool:
    """ "post this", "publish the following", "tweet: ..." with a text at hand."""
    after = re.sub(r"^\S+(?: out)?\s*", "", words)
    if re.match(r"that (?:we|our|the|i|it|they|you|there)\b", after):
        return False  # "tweet that we are back"
    if re.match(rf"{cues.THIS}(?!\w)(?! (?:about|on how|announcing))", after):
        return True
    if context.has_text and not TOPIC_START.search(words) and not context.before:
        return bool(cues.OBJECT_THIS.search(words)) or not re.search(r"\b(?:highlights|results|numbers)\b", words)
    return False


def _announce(words: str, context: Context) -> Found | None:
    if cues.TWEET.match(words) and not _given_object(words, context):
        return Found([("create_post", "tweet")], 0.95, topic_at=5)
    mail = cues.MAIL.match(words)
    if mail and not _given_object(words, context):
        return (
            Found(unmade="e-mails to a single person")
            if cues.PERSONAL.search(words)
            else Found([("write_email", mail[0].strip())], 0.92, topic_at=mail.end())
        )
    blog = re.match(r"blog(?: (?:about|on|that)\b|\s*:)", words)
    if blog:
        return Found([("write_article", "blog")], 0.92, topic_at=blog.end())
    match = cues.ANNOUNCE.match(words)
    return Found([("create_post", match[0])], 0.88, topic_at=match.end()) if match else None


_AT_ONCE = re.compile(r"\s+(?:at once|now|immediately|right (?:away|now)|straight away|today)\s*[.!]*")  # what was made


def _send(words: str, context: Context) -> Found | None:
    match = cues.SEND.match(words)
    if match is None:
        return None
    made = [kind for kind in context.before if kind in (*FIGURE_KINDS, "analyse_market", "plan_calendar", "headlines")]
    if made and len(made) == len(context.before) and not context.has_text:
        kind: ActionKind = "write_email" if re.match(r"e-?mail\b", words) else "create_post"
        return Found([(kind, match[0])], 0.9, topic_at=match.end(), refers=True)
    labelled = re.search(r":\s+(?=(?:our|the|my)\b)", words)
    if labelled and not context.has_text:
        return Found([("create_post", match[0])], 0.85, topic_at=labelled.end())
    if _given_object(words, context) or (context.before and _AT_ONCE.fullmatch(words[match.end() :])):
        return Found([("publish_text", match[0])], 0.93, refers=True)
    if re.match(r"(?:get|put|push|upload|submit)\b", words) and not context.placed:
        return None
    return Found([("create_post", match[0])], 0.9, topic_at=match.end())


_AS_A = re.compile(r"(?:that|this|it|them|the results?|all of (?:it|that)) as (?:an?|the) ")


def _named_only(words: str, context: Context) -> Found | None:
    """No verb at all: "LinkedIn post about Q4", "October revenue", "five headlines for our launch"."""
    if cues.OTHER_VERB.match(words):
        if _AS_A.match(words) and context.before:
            kinds = [thing.kind for thing in deliverables.find(words) if thing.kind in WRITE_KINDS]
            return Found([(kinds[0], words[:40])], 0.85, refers=True) if kinds else None
        return None
    if re.match(r"(?:it|this|that|they) (?:will|should|must|is to|is going to)\b", words):
        return None
    if cues.QUESTION.match(words) or (context.before and not re.match(r"(?:an?|one|two|three|\d+) ", words)):
        return None
    if halting.works_on(words):
        return Found(unmade=_first(words))
    if context.placed and destining.orders_analysis(words):
        return Found([("analyse_metrics", words[:40])], destining.DOUBT)
    things = deliverables.find(words)
    near = things and (len(words[: things[0].start].split()) <= 5)
    if near and things[0].kind is not None:
        found = _of_things(words, things, context)
        if found and found.kinds:
            found.sure = min(found.sure, 0.88)
        return found
    said_of = context.placed and destining.is_labelled(words)
    if not said_of and re.search(r"\b(?:was|is|were|are|reached|hit|rose|fell|grew|went|had)\b.*\d", words):
        return None  # a statement: what it says is material
    figures_named = metrics.find(words) or (context.timed and metrics.FIGURES.search(words))
    if not said_of and figures_named and len(words.split()) <= 8:
        return Found([("analyse_metrics", words)], 0.65)
    labelled = re.match(r"[\w +,&/-]{2,50}:\s+", words) if context.placed else None
    if labelled:
        return Found([("create_post", labelled[0])], 0.8, topic_at=labelled.end())
    if context.placed and len(words.split()) <= 14 and TOPIC_START.search(words):
        return Found([("create_post", words[:40])], 0.75)
    return None

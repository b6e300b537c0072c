"""The things a request may ask to be made, by their nouns, and the ones the product does not make."""

import re
from dataclasses import dataclass

from cofounder.models.intent import ActionKind

_KINDS: tuple[tuple[ActionKind, str], ...] = (
    ("plan_calendar", r"(?:content|editorial|posting|social(?: media)?|publishing|marketing|post|newsletter|blog|linkedin|twitter|facebook|x|campaign|communications?)[ -](?:calendar|plan|schedule)s?|calendar|posting plan|schedule (?:of|for) (?:our |the )?(?:social |linkedin |blog )?(?:posts|content|tweets|newsletters)|(?:week|month)'s worth of (?:posts|content)"),
    ("summarise_text", r"tl;?dr|gist"),
    ("headlines", r"(?:headline|title|subject(?: line)?)s?(?: ideas?| options| variants?| suggestions?| lines?)?|subject lines?|taglines?|slogans?|hooks?"),
    ("create_thread", r"(?:twitter |x |tweet )?threads?|tweet ?storms?"),
    ("write_article", r"blog[- ]?posts?|blog (?:articles?|entry|entries|piece|update|announcement)|articles?|(?<=a )blog|(?<=our )blog|(?<=the )blog|long[- ]form piece"),
    ("write_email", r"(?:e-?mail |weekly |monthly )?newsletters?|e-?mail(?:s| blast| update| campaign| announcement| newsletter| content| copy| message)?|e mails?|mailings?|investor e-?mails?"),
    ("forecast_metrics", r"forecasts?|projections?|outlook|predictions?"),
    ("check_compliance", r"compliance (?:check|review|report|audit|assessment)|(?:legal|risk) (?:check|review)"),
    ("analyse_market", r"(?:market|competitors?|competitive|industry|trend|market trends?|swot)[- ](?:analysis|overview|report|research|review|insights?|summary|update|trends?)|trends?|share of voice"),
    ("compare_metrics", r"comparisons?|side[- ]by[- ]side"),
    ("analyse_metrics", r"(?:performance |metrics |revenue |traffic |financial |kpi |growth |business |sales |engagement )?(?:analysis|analyses|reports?|overview|breakdown|dashboard|insights|deep dive|readout|rundown|summary|recap|review|numbers|figures|metrics|stats|kpis)"),
    ("create_post", r"(?:(?:social|social media|linkedin|facebook|twitter|x) )?(?:posts?|updates?|captions?|announcements?|content|copy|messages?|statements?)|tweets?|status(?: update)?|something(?: short| nice| quick| fun| cool)?|(?:a|one|short|quick|nice) (?:piece|text|note)|text(?= (?:about|on|for))|shout-?outs?|teasers?|sms(?: messages?)?|text messages?|push[- ]notifications?|push messages?|broadcasts?"),
)  # fmt: skip
_UNMADE = (
    r"python|java(?:script)?|code|functions?|scripts?|programs?|sql|regex|algorithm|class|haikus?|poems?|poetry|songs?|lyrics|raps?|essays?|(?:short )?stor(?:y|ies)|novels?|"
    r"resum[eé]s?|cv|cover letters?|letters?|recipes?|speech(?:es)?|press releases?|white ?papers?|e-?books?|presentations?|slides?|slide decks?|pitch decks?|decks?|videos?|"
    r"podcasts?|images?|logos?|pictures?|banners?|infographics?|landing pages?|web ?sites?|apps?|google ads?|ads?|ad copy|advert(?:isement)?s?|contracts?|invoices?|"
    r"job (?:ads?|descriptions?|postings?|offers?)|(?:business|marketing|go-to-market|meal|workout|lesson|project|study|diet|action|floor|exercise|growth) (?:plans?|strateg(?:y|ies))|strateg(?:y|ies)|proposals?|surveys?|quiz(?:zes)?|"
    r"jokes?|riddles?|dialogues?|conversations?|itinerar(?:y|ies)|lists?|tables?|paragraphs?|sentences?|product descriptions?|descriptions?|biograph(?:y|ies)|bios?|obituar(?:y|ies)|"
    r"limericks?|screenplays?|scenes?|questions?|reviews?(?= (?:of|about|for) (?:the |a )?(?:movie|book|film|restaurant|product|hotel))|testimonials?|transcripts?|crosswords?|games?|stanzas?|plays?|outlines?|templates?|"
    r"charts?|graphs?|spreadsheets?|documents?|memos?|petitions?|manuals?|guides?|case stud(?:y|ies)|translations?|names?|plans?|budgets?|mission statements?|constitutions?|diar(?:y|ies)|journals?|critiques?|rubrics?|timelines?|advertisements?|synops(?:is|es)|abstracts?|explanations?|facts?|examples?|words?|reasons?|steps|instructions?|tips|advice|ideas?|rap songs?|sonnets?|odes?|elevator pitch(?:es)?|pitch(?:es)?|scripts?|flyers?|brochures?|posters?|invitations?|carousels?|memes?"
)  # fmt: skip
_NOUN = re.compile(
    "|".join(f"(?P<d{i}>(?<![\\w#@-])(?:{pattern})(?![\\w]))" for i, (_, pattern) in enumerate(_KINDS))
    + rf"|(?P<unmade>(?<![\w#@-])(?:{_UNMADE})(?!\w))"
)  # fmt: skip
TOPIC_START = re.compile(
    r"\b(?:about|regarding|concerning|covering|announc(?:es|ing)|celebrat(?:es|ing)|promot(?:es|ing)|highlight(?:s|ing)|explain(?:s|ing)|compar(?:es|ing)|show(?:s|ing)|shar(?:es|ing)|"
    r"introduc(?:es|ing)|describ(?:es|ing)|discuss(?:es|ing)|featur(?:es|ing)|summari[sz](?:es|ing)|thank(?:s|ing)|invit(?:es|ing)|reveal(?:s|ing)|teas(?:es|ing)|on the topic of|on how|on why|on what|"
    r"to (?:announce|promote|celebrate|introduce|share|explain|tell|highlight|launch|mark|thank|let|inform|say|invite|show)|that (?:announces|explains|says|tells|shows|celebrates|covers|highlights|describes|"
    r"promotes|introduces|summari[sz]es|links|invites|compares)|telling|saying|titled|entitled|called|on (?!linkedin|twitter|x\b|facebook|our (?:blog|linkedin|facebook|page|website)|the blog|friday|monday|tuesday|wednesday|thursday|instagram|tiktok|behalf|time|brand))\b"
)
_LIST_PLACE = re.compile(
    r"\b(?:for|on|to|via|through|by|across|over|in|onto|and on|from)\s+(?:(?:our|the|both|all|company|linkedin|twitter|x|facebook|fb|e-?mail|blog|newsletter|wordpress|ghost|instagram|tiktok|youtube|"
    r"threads|reddit|outbox|page|subscribers|list|and|or|&|,|/|as well as|plus)[\s,/]*)*$"
)
_FOLLOWS = re.compile(
    r"(?:\s*(?:,|and|&|plus|as well as|along with|together with|or|\+)+\s*)+(?:also\s+|then\s+)?(?:an?|one|two|three|four|five|\d+|some|the|matching|another)\s+(?:[\w-]+\s+){0,3}?$"
)
_OVERRIDES = {
    "headlines",
    "plan_calendar",
    "forecast_metrics",
    "analyse_metrics",
    "compare_metrics",
    "check_compliance",
}


@dataclass(frozen=True, slots=True)
class Thing:
    """A deliverable named in a request; `kind` None for one the product does not make."""

    kind: ActionKind | None
    start: int
    end: int
    words: str


def find(part: str) -> list[Thing]:
    """The things asked for in one part of a request: those before its topic, and later ones joined by "and a"."""
    topic = TOPIC_START.search(part)
    edge = topic.start() if topic else len(part)
    things: list[Thing] = []
    for match in _NOUN.finditer(part):
        late = match.start() >= edge
        before = part[: match.start()]
        if late and not _FOLLOWS.search(before[-60:]):
            continue
        thing = Thing(_kind_of(match), match.start(), match.end(), match[0])
        if thing.kind in ("write_email", "write_article", "create_post") and _LIST_PLACE.search(before[-90:]):
            continue
        _add(things, thing, part, late=late)
    return things


def _kind_of(match: re.Match[str]) -> ActionKind | None:
    group = match.lastgroup or "unmade"
    return None if group == "unmade" else _KINDS[int(group[1:])][0]


def _add(things: list[Thing], thing: Thing, part: str, *, late: bool) -> None:
    """In a compound ("newsletter headline", "blog post outline") the last noun says what it is."""
    if not things:
        things.append(thing)
        return
    gap = part[things[-1].end : thing.start]
    if re.fullmatch(r"[\s-]+", gap):
        if thing.kind in _OVERRIDES or thing.kind is None:
            things[-1] = thing
        return
    if thing.kind == "headlines" and re.search(r"\bwith\b", gap):
        return  # "an article with a title"
    if thing.kind in _OVERRIDES - {"headlines"} and not late and not re.search(r"\ban? ", gap):
        return  # "LinkedIn post, Q3 numbers": the numbers are its topic
    joined = re.fullmatch(
        r"\s*(?:,|and|&|/|plus|as well as|along with|together with|or|\+|\s)+(?:also\s+)?(?:(?:an?|one|two|three|four|five|\d+|some|the|our|for|another|matching)\s+)?(?:[\w'-]+[\s-]+){0,3}",
        gap,
    )
    if late or (joined and re.search(r",|\band\b|&|/|\bplus\b|\bwell\b|\bwith\b|\bor\b|\+", gap)):
        things.append(thing)

"""What an assessment or a person wants changed, as a changed brief, moves to leave out, and notes."""

import re
from dataclasses import dataclass, field

from cofounder.models.brief import Brief, Fact
from cofounder.models.offline.barring import without_barred
from cofounder.models.offline.texts import count_words
from cofounder.models.offline.voice import VOICES


@dataclass
class Wishes:
    """The brief to write from, and what else was asked."""

    brief: Brief
    skip: frozenset[str] = frozenset()  # moves left out
    no_hashtags: bool = False
    lead: str | None = None  # the fact a person wants first
    notes: list[str] = field(default_factory=list)


_SHORTER = re.compile(
    r"\b(?:shorter|too long|cut it|trim|tighten|less text|more concise|concise|brief(?:er)?)\b", re.IGNORECASE
)
_LONGER = re.compile(r"\b(?:longer|more detail|too short|expand|elaborate)\b", re.IGNORECASE)
_NO_TAG = re.compile(
    r"\b(?:drop|no|remove|without|lose|delete)\b[^.;]*\bhash\s?tags?\b|\bhash\s?tags?\b[^.;]*\b(?:off|out)\b",
    re.IGNORECASE,
)
_NO_QUESTION = re.compile(r"\b(?:drop|no|remove|without)\b[^.;]*\b(?:question|call to action|cta)\b", re.IGNORECASE)
_NOT = re.compile(
    r"\b(?:don[’']?t|do not|never|no need to|stop)\s+(?:mention|include|talk about|say|use|name|write about)\s+(?P<what>[^.;,!]+)"
    r"|\b(?:leave out|omit|skip|remove|drop|without|take out)\s+(?:the\s+|any\s+mention of\s+)?(?P<other>[^.;,!]+)",
    re.IGNORECASE,
)
_DO = re.compile(
    r"\b(?:mention|include|add|bring in|talk about|say something about|emphasi[sz]e|focus on|(?:lead|start|open|begin) (?:with|on)|highlight|put)\s+"
    r"(?:the\s+|our\s+|that\s+)?(?P<what>[^.;!]+)",
    re.IGNORECASE,
)
_FORMAL = re.compile(r"\b(?:more formal|too casual|formal(?:ly)?|more professional)\b", re.IGNORECASE)
_CASUAL = re.compile(
    r"\b(?:less formal|more casual|too formal|too stiff|friendlier|warmer|relaxed|informal)\b", re.IGNORECASE
)
_WORDS = re.compile(
    r"\b(?:under|at most|max(?:imum)?(?: of)?|no more than|within|up to|in)\s+(?P<n>\d{2,3})\s+words\b", re.IGNORECASE
)
_AMOUNTS = r"(?:figures?|numbers?|digits?|statistics|stats|data points?)\b(?! (?:for|of|on|about))"
_NO_FIGURES = re.compile(
    r"\b(?:no|without|remove|drop|delete|strip|omit|skip|leave out|take out|cut(?: out)?|get rid of|lose|(?:don[’']?t|do not) "
    rf"(?:use|mention|include|show))\s+(?:out\s+)?(?:(?:all|any|every|each|the|of|our|these|those)\s+)*{_AMOUNTS}",
    re.IGNORECASE,
)
_OF_WHAT = re.compile(r"^(?:the |all |any )*(?:figures?|numbers?|values?) (?:for|of|on|about) ", re.IGNORECASE)
_FEWER_FIGURES = re.compile(rf"\b(?:fewer|less|not so many|too many|only (?:one|a single))\s+{_AMOUNTS}", re.IGNORECASE)
_LEAD = re.compile(r"\b(?:lead|start|open|begin) (?:with|on)\b|\bput\b[^.;]*\bfirst\b", re.IGNORECASE)
_AGAIN = re.compile(r"\b(?:another|different|again|new version|try again|rewrite|fresh)\b", re.IGNORECASE)
_TRAIL = re.compile(r"\b(?:please|at all|in the post|in it|anymore|again|too|as well|though|more)\b", re.IGNORECASE)


def wishes_of(brief: Brief) -> Wishes:
    """The changed brief for a refinement round or a person's feedback; the same brief when nothing is asked."""
    wishes = Wishes(brief)
    _from_issues(wishes)
    if brief.feedback and brief.feedback.strip():
        _from_feedback(wishes, brief.feedback)
    return wishes


def _length_now(brief: Brief) -> int:
    return count_words(brief.previous.body) if brief.previous else brief.form.words[1]


def _change(wishes: Wishes, **update: object) -> None:
    wishes.brief = wishes.brief.model_copy(update=update)


def _resize(wishes: Wishes, share: float) -> None:
    form = wishes.brief.form
    now = _length_now(wishes.brief)
    if share < 1:
        low = form.words[0]
        high = max(low + 10, min(form.words[1], round(now * share)))
        if high >= now:
            high = max(low, now - 1)
            wishes.notes.append(
                f"This form has at least {low} words, so it could not be cut much; name a number of words to go below."
            )
    else:
        low = min(form.words[1] - 5, round(now * share))
        high = form.words[1]
    _change(wishes, form=form.model_copy(update={"words": (low, high if share < 1 else max(high, low + 5))}))


def _from_issues(wishes: Wishes) -> None:
    """An assessment's issues, by what their code and words name; the rest is met by writing anew."""
    for issue in wishes.brief.issues:
        said = f"{issue.code} {issue.message}".lower().replace("_", " ")
        if "too long" in said or ("long" in said and issue.dimension == "length"):
            _resize(wishes, 0.85)
        elif "too short" in said or ("short" in said and issue.dimension == "length"):
            _resize(wishes, 1.15)
        elif "hashtag" in said and ("many" in said or "not" in said):
            wishes.no_hashtags = True
        elif issue.dimension == "completeness" or "missing" in said:
            _ask_for(wishes, said)


def _ask_for(wishes: Wishes, said: str) -> bool:
    """Marks the facts that the words name as asked for; whether any was found."""
    named = [fact for fact in wishes.brief.facts if _names(said, fact)]
    if named:
        ids = {fact.id for fact in named}
        facts = [fact.model_copy(update={"asked": True}) if fact.id in ids else fact for fact in wishes.brief.facts]
        _change(wishes, facts=facts)
    return bool(named)


def _names(said: str, fact: Fact) -> bool:
    said = said.lower()
    words = {fact.metric.replace("_", " "), fact.noun.lower(), fact.id.replace("_", " ")}
    last = fact.noun.lower().split()[-1] if fact.noun else ""
    if len(last) > 3 and last not in ("rate", "value", "cost"):
        words |= {last, last.rstrip("s")}
    if fact.metric == "conversion_rate":
        words.add("conversion")
    return any(word and re.search(rf"\b{re.escape(word)}", said) for word in words)


def _from_feedback(wishes: Wishes, feedback: str) -> None:
    """Plain wishes are obeyed; what is not understood is said."""
    understood = False
    limit = _WORDS.search(feedback)
    if limit:
        _change(wishes, max_words=int(limit["n"]))
        understood = True
    elif _SHORTER.search(feedback):
        _resize(wishes, 0.7)
        understood = True
    elif _LONGER.search(feedback):
        _resize(wishes, 1.25)
        understood = True
    if _NO_TAG.search(feedback):
        wishes.no_hashtags = understood = True
    if _NO_QUESTION.search(feedback):
        wishes.skip = wishes.skip | {"close"}
        understood = True
    if _CASUAL.search(feedback):
        _change(wishes, tone="casual", **_persona(wishes, "humanVoice"))
        understood = True
    elif _FORMAL.search(feedback):
        _change(wishes, tone="formal")
        understood = True
    for name in VOICES:
        if name.lower() in feedback.lower().replace(" ", ""):
            _change(wishes, persona=name, voice=None)
            understood = True
    rest = _NO_TAG.sub(" ", feedback)
    if _NO_FIGURES.search(rest):
        wishes.notes.append(
            "Without any figure nothing would be left to tell, so they stay. Name the ones to leave out, or give a text of your own."
        )
        rest, understood = _NO_FIGURES.sub(" ", rest), True
    elif _FEWER_FIGURES.search(rest):
        _change(wishes, facts=_two_facts(wishes.brief.facts))
        rest, understood = _FEWER_FIGURES.sub(" ", rest), True
    understood |= _leave_out(wishes, rest)
    understood |= _bring_in(wishes, _NOT.sub(" ", rest), feedback)
    if not understood and not _AGAIN.search(feedback):
        wishes.notes.append(f"I could not act on “{feedback.strip()}” offline; the text was written anew.")


def _two_facts(facts: list[Fact]) -> list[Fact]:
    """The asked or changed fact and one beside it, in their order; causes stay, as they are no figures."""
    ranked = sorted((one for one in facts if one.kind == "observed"), key=lambda one: (not one.asked, one.base is None))
    kept = {one.id for one in ranked[:2]}
    return [one for one in facts if one.id in kept or one.kind == "cause"]


def _persona(wishes: Wishes, name: str) -> dict[str, object]:
    formal = {"newsReporter", "dataNerd", "thoughtLeader"}
    return {"persona": name} if wishes.brief.persona in formal else {}


def _leave_out(wishes: Wishes, feedback: str) -> bool:
    found = False
    for match in _NOT.finditer(feedback):
        what = _OF_WHAT.sub("", _TRAIL.sub("", match["what"] or match["other"] or "").strip())
        if not what or re.search(r"\b(?:hash|question|call to action)", what, re.IGNORECASE):
            continue
        less = without_barred(wishes.brief.model_copy(update={"must_avoid": [*wishes.brief.must_avoid, what]}))
        if wishes.brief.facts and not less.facts:
            wishes.notes.append(f"Without {what} no figure would be left, so it stays.")
            return True
        wishes.brief = less
        found = True
    return found


def _bring_in(wishes: Wishes, feedback: str, whole: str) -> bool:
    found = False
    for match in _DO.finditer(feedback):
        what = match["what"]
        if re.search(r"\bhash", what, re.IGNORECASE):
            continue
        if _ask_for(wishes, what):
            if _LEAD.search(whole):
                _first(wishes, what)
        else:
            wishes.notes.append(f"Nothing given says anything about “{what.strip()}”, so it is not in the text.")
        found = True
    return found


def _first(wishes: Wishes, what: str) -> None:
    """Puts the named fact before the others, so that it leads."""
    wishes.lead = next((fact.id for fact in wishes.brief.facts if _names(what, fact)), None)

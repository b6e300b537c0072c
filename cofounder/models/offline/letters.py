"""E-mails: a subject that opens on a figure, a preheader that adds, one request, a way out."""

import re
from collections.abc import Callable

from cofounder.models.brief import Draft
from cofounder.models.offline import plain, wording
from cofounder.models.offline.checks import Room, against_voice, broken, untrue
from cofounder.models.offline.clauses import Telling, tidy
from cofounder.models.offline.composing import Candidate, Composer
from cofounder.models.offline.finishing import as_sentence, draft_of, limits
from cofounder.models.offline.posts import Writing, joined
from cofounder.models.offline.refining import Wishes
from cofounder.models.offline.scene import Scene
from cofounder.models.offline.texts import words

GREETING = "Hello {{name}},"
FAREWELL = "Unsubscribe: {{unsubscribe}}"
SUBJECT = (25, 45)  # characters that an inbox shows whole
_DIGITS = re.compile(r"\d[\d,.]*")


def letter(writing: Writing, wishes: Wishes) -> Draft:
    """An e-mail in the voice; greeting and way out are placeholders that the sender fills per recipient."""
    brief = writing.brief
    low, high = brief.form.words
    if brief.max_words:
        high = min(high, brief.max_words)
        low = min(low, high // 2)
    search = writing.search(Room((max(20, low - 4), max(40, high - 8)), None, 200), skip=wishes.skip)

    def make() -> Candidate:
        candidate = search.composer.compose(floor=low - 12)
        telling = Telling(said=set(candidate.said), used=candidate.used)
        ask = search.composer.move("reply", telling)
        meaning = search.composer.move("foryou", telling)
        candidate.paragraphs = _without_closing(candidate)
        extra = [one for one in (meaning, as_sentence(brief.call_to_action) if brief.call_to_action else ask) if one]
        candidate.paragraphs = [*joined(candidate.paragraphs, 5), *extra]
        candidate.said = telling.said
        return candidate

    candidate = search.best(make)
    first, second = heads(writing, search.composer)
    if candidate is None:
        draft = plain.plain(writing)
        return draft.model_copy(
            update={
                "body": "\n\n".join([GREETING, draft.body, FAREWELL]),
                "subject": first,
                "preheader": second,
            }
        )
    tail = [brief.company] if brief.company else []
    body = "\n\n".join([GREETING, *candidate.paragraphs, *tail, FAREWELL])
    return draft_of(
        brief,
        body,
        ledger=writing.ledger,
        persona=writing.voice.id,
        scene=writing.scene,
        candidate=candidate,
        notes=limits(brief, writing.scene, candidate.said),
        subject=first,
        preheader=second,
    )


def _without_closing(candidate: Candidate) -> list[str]:
    """A letter asks once, so the post's own closing question goes."""
    closing = candidate.closing
    kept = list(candidate.paragraphs)
    if closing and kept and kept[-1].endswith(closing):
        kept[-1] = kept[-1][: -len(closing)].rstrip()
    return [one for one in kept if one]


TRIES = 24
_FIGURE_FIRST = re.compile(r"\D{0,6}\d")
_BARE_POINTS = re.compile(r"-point\b(?! (?:\w+ )?(?:rise|fall|dip|decline|jump|drop|surge|plunge|change)\b)")


def heads(writing: Writing, composer: Composer) -> tuple[str, str]:
    """Subject and preheader in the voice's own words; plain ones where none of these fits the facts or the room."""
    first = _head(writing, composer, "subject", lambda text: _fits_subject(text, writing.scene)) or subject(writing)
    told = set(_DIGITS.findall(first))
    second = _head(writing, composer, "preheader", lambda text: _adds(text, first, told))
    return first, second or _head(writing, composer, "preheader", lambda text: _adds(text, first, set())) or preheader(
        writing.scene
    )


def _head(writing: Writing, composer: Composer, move: str, fits: Callable[[str], bool]) -> str | None:
    """One line of a move that passes the checks of any text, or None."""
    brief = writing.brief
    for _ in range(TRIES):
        said = composer.move(move, Telling())
        if said is None:
            return None
        said = _short_name(said, writing.scene)
        fine = fits(said) and not _BARE_POINTS.search(said) and not broken(said)
        if fine and not against_voice(said, writing.voice, brief) and not untrue(said, brief, writing.ledger):
            return said
    return None


def _fits_subject(text: str, scene: Scene) -> bool:
    """Whether an inbox shows it whole, it begins with a figure, and one can tell what is counted."""
    if not SUBJECT[0] <= len(text) <= SUBJECT[1] or not _FIGURE_FIRST.match(text):
        return False
    lead = scene.lead
    if lead is None or lead.fact.unit == "usd" or "% " in f"{text} ":
        return True
    return any(name and name in text.lower() for name in (lead.name.many, lead.fact.noun.lower()))


def _short_name(text: str, scene: Scene) -> str:
    """ "orders" for "number of orders", where every letter counts."""
    many = scene.lead.name.many if scene.lead else ""
    return text.replace(f"number of {many}", many) if many else text


def _adds(text: str, first: str, told: set[str]) -> bool:
    """Whether a preheader says something that the subject has not said."""
    new = set(words(text)) - set(words(first))
    return len(new) >= 3 and told.isdisjoint(_DIGITS.findall(text))


def subject(writing: Writing) -> str:
    """A plain subject of 25 to 45 characters that begins with a figure of the text."""
    slots, scene = writing.scene.slots, writing.scene
    what = _short_name(slots.get("what", "the figures"), scene)
    short = "".join(scene.when.short[:1]) if scene.when else ""
    options: list[str] = []
    if "pctn" in slots and not slots["pctn"].endswith("-point"):
        way = slots["updown"]
        options += [
            f"{slots['pctn']} {way}: our {what} {short}",
            f"{slots['pctn']} {way}, and what it leaves open",
            f"{slots['X']} {short}, after {slots['B']}",
            f"{slots['X']} in {what}, {slots['pctn']} {way}",
            f"{slots['pctn']} {way} in {what} {short}",
            f"From {slots['B']} to {slots['X']}: our {what}",
        ]
    elif "B" in slots:
        options += [f"{slots['X']} {short}, after {slots['B']}", f"From {slots['B']} to {slots['X']}: our {what}"]
    elif "X" in slots:
        options += [
            f"{slots['X']}: our {what} {short}",
            f"{slots['X']}: one figure and what it leaves open",
            f"{slots['X']}: {what}, plainly told",
        ]
    if writing.voice.person == "they":
        options = [one.replace("our ", "") for one in options]
    options = [" ".join(one.replace(" the period", "").split()) for one in options]
    barred = set(writing.voice.never)
    able = [
        one
        for one in options
        if SUBJECT[0] <= len(one) <= SUBJECT[1] and not barred & set(one.lower().replace(",", " ").split())
    ] or options
    chosen = writing.rng.choice(able) if able else writing.brief.topic[: SUBJECT[1]]
    return chosen[:1].upper() + chosen[1:]


def preheader(scene: Scene) -> str:
    """A plain line beside the subject that adds a second fact, or names what is open."""
    told = [view for view in scene.views if view is not scene.lead][:2]
    if told:
        named = wording.listed([view.name.phrase.format(x=wording.given(view.fact)) for view in told])
        return tidy(f"Also inside: {named}, and what the figures leave open.")
    return "With the figure it is compared with, and what it leaves open."

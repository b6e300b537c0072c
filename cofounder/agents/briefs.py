"""From a tool's arguments to the brief a writer gets: the channel's form, narrowed by what the request insists on."""

from collections.abc import Mapping, Sequence
from typing import Any

from cofounder import channels, personas
from cofounder.channels.naming import THREAD
from cofounder.flow.learn.patterns import vocabulary
from cofounder.kit import db
from cofounder.models.brief import Brief, ChannelForm, Draft, Earlier, Guidance, WorkedForm, WritingKind
from cofounder.models.intent import Constraints
from cofounder.models.openings import opens_with
from cofounder.personas.own import service as voices

_KINDS: dict[str, WritingKind] = {"blog": "article", "email": "email", THREAD: "thread"}

_PLATFORM = {THREAD: "x"}  # where the posts of a form go out, if it is no channel of its own
_ROOM = 15  # words that a writer needs between the least and the most

# Room for a text that belongs to no channel.
FREE = ChannelForm(channel="outbox", words=(1, 20_000), paragraphs=(1, 400), facts=(0, 40), call_to_action=False)
HEADLINES = FREE.model_copy(update={"words": (3, 14), "max_characters": 90, "facts": (0, 1)})
REPORT = FREE.model_copy(update={"words": (60, 600), "facts": (1, 20)})


def kind_of(channel: str, thread: bool) -> WritingKind:
    """What is written for a channel unless the request says more."""
    form = channels.form(channel, thread=thread)
    return _KINDS.get(form.channel, "post")


def form_of(channel: str, thread: bool, wanted: Constraints) -> ChannelForm:
    """The channel's room within the request's own limits. Raises UnknownChannel."""
    return narrowed(channels.form(channel, thread=thread), wanted)


def form_for_given(channel: str | None) -> ChannelForm:
    """Room for a given text: the channel's limits, but no least length, since nothing may be added to it."""
    if channel is None:
        return FREE
    form = channels.form(channel)
    least_facts = {"words": (1, form.words[1]), "paragraphs": (1, form.paragraphs[1]), "facts": (0, form.facts[1])}
    return form.model_copy(update=least_facts | {"hashtags": (0, form.hashtags[1]), "call_to_action": False})


def narrowed(form: ChannelForm, wanted: Constraints) -> ChannelForm:
    """A form with the request's limits laid over it; they never widen what a channel takes."""
    low, high = form.words
    if wanted.max_words is not None:
        low, high = min(low, wanted.max_words), min(high, wanted.max_words)
    if wanted.min_words is not None:
        low, high = max(low, wanted.min_words), max(high, wanted.min_words)
    changed: dict[str, Any] = {"words": (low, high)}
    if wanted.max_characters is not None:
        changed["max_characters"] = min(wanted.max_characters, form.max_characters or wanted.max_characters)
    if wanted.no_hashtags:
        changed["hashtags"] = (0, 0)
    return form.model_copy(update=changed)


def insisted(wanted: Constraints) -> dict[str, Any]:
    """The fields of a brief that a request's constraints decide."""
    return {
        "must_include": wanted.must_include,
        "must_avoid": [*wanted.must_avoid, *(["emoji"] if wanted.no_emoji else [])],
        "max_words": wanted.max_words,
        "call_to_action": wanted.call_to_action,
        "link": wanted.link,
    }


async def voice(name: str | None) -> dict[str, Any]:
    """The fields of a brief that say whose voice it is, by any of its spellings; the human voice where none is named.

    Raises PersonaUnknown.
    """
    found = personas.persona(name or "humanVoice")
    if found is not None:
        return {"persona": found.id}
    async with db.reading() as session:
        own = await voices.own(session, str(name))
    if own is None:
        raise personas.PersonaUnknown(f"There is no voice {name!r}.", field="persona")
    return {"persona": own[0], "voice": own[1]}


def unmatched(draft: Draft, brief: Brief) -> list[str]:
    """A sentence for each figure of a draft that comes from nowhere."""
    from cofounder.models.figures import trace

    text = "\n".join(filter(None, [draft.title, draft.subject, draft.preheader, draft.body]))
    facts = [*brief.facts]
    if brief.text:  # a given text vouches for its own figures
        return []
    return [
        seen.message or f"The figure {seen.text} is not in the facts."
        for seen in trace(text, facts, period=brief.period)
        if seen.kind == "unmatched"
    ]


def guided(
    form: ChannelForm, given: Sequence[Mapping[str, Any]], wanted: Constraints
) -> tuple[ChannelForm, list[Guidance]]:
    """(the form narrowed to the lengths that did better, the patterns as a writer gets them).

    A length that the request itself asks for, or that the channel has no room for, is left as it is.
    """
    guidance = [Guidance(**{name: one[name] for name in Guidance.model_fields}) for one in given]
    low, high = form.words
    for one in guidance:
        band = next((c["value"] for c in one.conditions if c["feature"] == "length_band"), None)
        if band is None or one.effect <= 0 or wanted.max_words is not None or wanted.min_words is not None:
            continue
        least, most = vocabulary.words_of(band)
        if max(low, least) <= min(high, most) - _ROOM:
            low, high = max(low, least), min(high, most)
            break  # one length for one text: that of the strongest
    return form.model_copy(update={"words": (low, high)}), guidance


def informed(
    form: ChannelForm, earlier: Earlier | None, wanted: Constraints, guidance: Sequence[Guidance] = ()
) -> tuple[ChannelForm, Earlier | None]:
    """(the form narrowed to the length that did better on the topic, what a writer for this channel is given).

    A length that the request or a pattern decides, or that the channel has no room for, is left as it is.
    """
    if earlier is None:
        return form, None
    mine = _PLATFORM.get(form.channel, form.channel)
    kept = earlier.model_copy(
        update={
            "posts": [one for one in earlier.posts if one.channel == mine],
            "forms": [one for one in earlier.forms if one.channel == mine],
        }
    )
    if not kept.posts and not kept.forms:
        return form, None
    asked = wanted.max_words is not None or wanted.min_words is not None
    by_pattern = any(c["feature"] == "length_band" for one in guidance if one.effect > 0 for c in one.conditions)
    low, high = form.words
    for one in kept.forms:
        if one.words is None or asked or by_pattern:
            continue
        least, most = max(low, one.words[0]), min(high, one.words[1])
        if least <= most - _ROOM:
            return form.model_copy(update={"words": (least, most)}), kept
    return form, kept


def as_worked(made: Draft, brief: Brief) -> list[WorkedForm]:
    """The forms that did better on the topic and that a text has."""
    if brief.earlier is None:
        return []
    opening = opens_with(made.title or made.subject or made.body)
    words = len(made.body.split())
    return [
        one
        for one in brief.earlier.forms
        if one.opening in opening or (one.words is not None and one.words[0] <= words <= one.words[1])
    ]


def followed(made: Draft, brief: Brief) -> list[Guidance]:
    """The patterns that a text follows: all their conditions hold for it, and a writer could have chosen otherwise."""
    texts = [made.title or made.subject or "", made.body]
    features = vocabulary.of_text("\n".join(filter(None, texts)))
    features |= {"channel": brief.form.channel, "tone": brief.tone.lower(), "persona": brief.persona}
    features |= {"topic": brief.topic.lower()} if brief.topic else {}
    found = []
    for one in brief.guidance:
        items = [(each["feature"], each["value"]) for each in one.conditions]
        chosen = any(vocabulary.FEATURES[name].of_text for name, _ in items if name in vocabulary.FEATURES)
        if one.effect > 0 and chosen and all(features.get(name) == value for name, value in items):
            found.append(one)
    return found


def marked(made: Draft, brief: Brief) -> Draft:
    """The draft with a note for each pattern and each form of earlier posts that it follows."""
    found, forms = followed(made, brief), as_worked(made, brief)
    if not found and not forms:
        return made
    choices = dict(made.choices)
    if found:
        choices["patterns"] = [one.id for one in found]
    if forms:
        choices["earlier"] = [one.sentence for one in forms]
    notes = [f"Follows a pattern that stands: {one.sentence}" for one in found]
    notes += [f"In the form that did better on this topic: {one.sentence}" for one in forms]
    return made.model_copy(update={"choices": choices, "notes": [*made.notes, *notes]})

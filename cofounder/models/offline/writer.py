"""The built-in writer: a brief in, a draft out, the same for the same seed and attempt."""

from cofounder.models.brief import Brief, Draft
from cofounder.models.figures import disagreements, withheld
from cofounder.models.offline import articles, editing, headlines, letters, outlines, plain, reports, threads, unfigured
from cofounder.models.offline.barring import cleared, without_barred
from cofounder.models.offline.checks import repeats
from cofounder.models.offline.finishing import draft_of, hashtags, limits, with_request
from cofounder.models.offline.posts import Writing, joined, post
from cofounder.models.offline.refining import Wishes, wishes_of
from cofounder.models.offline.shorts import room_for, short


def write(brief: Brief) -> Draft:
    """Writes what the brief asks for. Never raises on a valid brief; what could not be done stands in the notes."""
    if brief.kind in ("shorten", "restyle", "edit", "summary"):
        return editing.edit(brief)
    wishes = wishes_of(without_barred(brief))
    draft = cleared(_noted(_written(wishes.brief, wishes), wishes), wishes.brief)
    apart = [one.sentence for one in disagreements(brief.request, brief.facts)]
    if apart:
        draft = draft.model_copy(update={"notes": [*apart, *draft.notes]})
    run = repeats(draft.body, brief.avoid) if brief.avoid else None
    if run is None:
        return draft
    return draft.model_copy(update={"notes": [*draft.notes, f"It shares these words with another text: “{run}”."]})


def _written(brief: Brief, wishes: Wishes) -> Draft:
    if brief.kind == "calendar":
        return outlines.calendar(brief)
    if brief.kind != "report" and withheld(brief.must_avoid):
        return unfigured.write(brief)
    if brief.kind == "headlines":
        return headlines.headlines(brief)
    if brief.kind == "report":
        return reports.report(brief)
    if not any(fact.kind != "cause" and not fact.confidential for fact in brief.facts):
        return outlines.without_figures(brief)
    return _from_facts(brief, wishes)


def _noted(draft: Draft, wishes: Wishes) -> Draft:
    update: dict[str, object] = {"notes": [*draft.notes, *wishes.notes]}
    if wishes.no_hashtags:
        update["hashtags"] = []
    return draft.model_copy(update=update)


def _from_facts(brief: Brief, wishes: Wishes) -> Draft:
    form = brief.form
    writing = Writing(brief, lead=wishes.lead)
    if not writing.scene.views:
        return plain.forecast_only(writing)
    if brief.kind == "email" or form.channel == "email" or form.has_subject:
        return letters.letter(writing, wishes)
    if brief.kind == "article" or form.has_title:
        return _article(writing, wishes)
    if brief.kind == "thread" or form.parts:
        return threads.thread(writing, wishes)
    if form.max_characters is not None and form.max_characters <= 400:
        return _short(writing, wishes)
    return _post(writing, wishes)


def _article(writing: Writing, wishes: Wishes) -> Draft:
    """An article that shares no run of words with the texts to avoid, or else the last of six tries."""
    draft = articles.article(writing, wishes)
    for number in range(1, 6):
        if not writing.brief.avoid or not repeats(draft.body, writing.brief.avoid):
            return draft
        writing.rng.seed(f"{writing.brief.seed}|{writing.brief.attempt}|{number}")
        draft = articles.article(writing, wishes)
    return draft


def _post(writing: Writing, wishes: Wishes) -> Draft:
    candidate = post(writing, skip=wishes.skip)
    if candidate is None:
        return plain.plain(writing)
    brief, paragraphs = writing.brief, candidate.paragraphs
    if brief.call_to_action:
        paragraphs = joined(with_request(paragraphs, brief.call_to_action, candidate.closing), brief.form.paragraphs[1])
    return draft_of(
        brief,
        "\n\n".join(paragraphs),
        ledger=writing.ledger,
        persona=writing.voice.id,
        scene=writing.scene,
        candidate=candidate,
        notes=limits(brief, writing.scene, candidate.said),
        tags=hashtags(brief, writing.scene, writing.voice.never),
    )


def _short(writing: Writing, wishes: Wishes) -> Draft:
    brief = writing.brief
    tags = [] if wishes.no_hashtags else hashtags(brief, writing.scene, writing.voice.never)[:1]
    reserve = sum(len(tag) + 2 for tag in tags) + (len(brief.call_to_action) + 2 if brief.call_to_action else 0)
    candidate = short(writing, room_for(brief, reserve), skip=wishes.skip)
    if candidate is None:
        return plain.plain(writing)
    body = candidate.body
    if brief.call_to_action:
        body = " ".join(with_request([body], brief.call_to_action, candidate.closing))
    return draft_of(
        brief,
        body,
        ledger=writing.ledger,
        persona=writing.voice.id,
        scene=writing.scene,
        candidate=candidate,
        notes=limits(brief, writing.scene, candidate.said),
        tags=tags,
    )

"""From a candidate to a draft: hashtags, closing request, figures with their sources, notes in plain words."""

import re
from collections.abc import Iterable

from cofounder.models.brief import Brief, Draft, FigureUse
from cofounder.models.figures import Ledger
from cofounder.models.offline.composing import Candidate, told
from cofounder.models.offline.scene import Scene
from cofounder.models.offline.texts import sentences

_TOPIC_TAGS = {
    "growth": "Growth",
    "revenue": "Revenue",
    "customer": "Customers",
    "traffic": "WebTraffic",
    "marketing": "Marketing",
    "startup": "Startups",
    "conversion": "Conversion",
    "product": "Product",
    "sales": "Sales",
    "hiring": "Hiring",
}


def hashtags(brief: Brief, scene: Scene | None, never: Iterable[str] = ()) -> list[str]:
    """Tags from the topic, then from the main figure, as many as the form takes and at most two."""
    most = min(brief.form.hashtags[1], 2)
    barred = {word.lower() for word in (*never, *brief.must_avoid)}
    low = f"{brief.topic} {brief.request}".lower()
    found = [tag for word, tag in _TOPIC_TAGS.items() if word in low and word not in barred]
    if scene is not None and scene.lead is not None and scene.lead.name.tag:
        found.append(scene.lead.name.tag)
    kept = [f"#{tag}" for tag in dict.fromkeys(found) if tag.lower() not in barred]
    return kept[:most]


def figures(ledger: Ledger, texts: Iterable[str]) -> list[FigureUse]:
    """Every figure of the texts that rests on a fact, once."""
    found: dict[str, FigureUse] = {}
    for text in texts:
        for mention in ledger.trace(text):
            if mention.kind in ("given", "derived") and mention.facts:
                use = FigureUse(
                    text=mention.text, value=mention.value, facts=mention.facts, derivation=mention.derivation
                )
                found.setdefault(mention.text.lower(), use)
    return list(found.values())


def asks(body: str) -> str | None:
    """The last sentence, when it asks the reader for something."""
    lines = [line for line in body.split("\n") if line.strip()]
    if not lines:
        return None
    last = sentences(lines[-1])[-1]
    if last.endswith("?"):
        return last
    first = last.split(" ")[0].lower().strip("\"'")
    return last if first in _IMPERATIVES else None


_VERBS = (
    "tell show send name post open reply hit try check ask correct do say before your book join sign read download "
    "register start call write get see pick put"
)
_IMPERATIVES = frozenset(_VERBS.split())


def limits(brief: Brief, scene: Scene, said: Iterable[str] = ()) -> list[str]:
    """What a person should know about the facts behind the text."""
    notes = []
    held = set(said)
    if scene.when is not None and scene.when.part and scene.lead is not None:
        notes.append(
            f"The figures cover one {scene.when.noun}, not all of {scene.when.label}; the text does not present them as its total."
        )
    bare = [view.name.label.lower() for view in scene.views if view.base is None and view is not scene.lead]
    if bare:
        notes.append(f"No earlier figure is given for {_listed(bare, 'or')}, so the text claims no change for them.")
    if held:
        left = [view.name.label.lower() for view in scene.views if not told(view, held)]
        if left:
            notes.append(f"Left out for length: {_listed(left)}.")
    secret = [fact.noun for fact in brief.facts if fact.confidential]
    if secret:
        notes.append(f"Marked confidential and left out: {_listed(secret)}.")
    for fact in brief.facts:
        if fact.n is not None and fact.n < 30:
            notes.append(f"{fact.noun} rests on {fact.n} cases and was left out.")
    return notes


def _listed(items: list[str], last: str = "and") -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}"


def choices(brief: Brief, scene: Scene | None, candidate: Candidate | None, persona: str) -> dict[str, object]:
    """Enough to see, and to replay, how the text was chosen."""
    return {
        "seed": brief.seed,
        "attempt": brief.attempt,
        "persona": persona,
        "schema": candidate.schema if candidate else None,
        "lead": scene.lead.id if scene and scene.lead else None,
        "clauses": candidate.used if candidate else [],
        "score": round(candidate.score, 4) if candidate else None,
    }


_SENTENCE_END = re.compile(r"[.!?][\"”']?$")


def as_sentence(request: str) -> str:
    """A call to action as a sentence: with a capital and an end, and otherwise as it was asked for."""
    wanted = request.strip()
    wanted = wanted[:1].upper() + wanted[1:]
    return wanted if _SENTENCE_END.search(wanted) else f"{wanted}."


def with_request(paragraphs: list[str], request: str, closing: str | None) -> list[str]:
    """Paragraphs that end in the asked call to action, in place of the voice's own closing."""
    wanted = as_sentence(request)
    kept = list(paragraphs)
    if closing and kept and kept[-1].endswith(closing):
        kept[-1] = kept[-1][: -len(closing)].rstrip()
        if not kept[-1]:
            kept.pop()
    return [*kept, wanted]


def draft_of(
    brief: Brief,
    body: str,
    *,
    ledger: Ledger,
    persona: str,
    scene: Scene | None = None,
    candidate: Candidate | None = None,
    notes: Iterable[str] = (),
    title: str | None = None,
    subject: str | None = None,
    preheader: str | None = None,
    parts: list[str] | None = None,
    tags: list[str] | None = None,
) -> Draft:
    """The draft with everything that can be read off its text."""
    texts = [one for one in (title, subject, preheader, body) if one]
    return Draft(
        body=body,
        title=title,
        subject=subject,
        preheader=preheader,
        parts=parts or [],
        hashtags=tags or [],
        call_to_action=_request_of(brief, body),
        link=brief.link,
        figures=figures(ledger, texts),
        notes=list(dict.fromkeys(notes)),
        choices=choices(brief, scene, candidate, persona),
    )


def _request_of(brief: Brief, body: str) -> str | None:
    if brief.call_to_action:
        wanted = brief.call_to_action.strip().rstrip(".")
        for sentence in reversed(sentences(body)):
            if wanted.lower() in sentence.lower():
                return sentence
    content = [line for line in body.split("\n\n") if "{{unsubscribe}}" not in line and not line.startswith("|")]
    return asks("\n\n".join(content))

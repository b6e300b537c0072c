"""Work on a given text: shorten, restyle, edit, summarise, by its brief."""

from collections.abc import Callable

from cofounder.models.brief import Brief, Draft
from cofounder.models.figures import Ledger
from cofounder.models.offline.editing.mending import mend
from cofounder.models.offline.editing.shortening import shorten
from cofounder.models.offline.editing.summing import summarise
from cofounder.models.offline.editing.tone import restyle
from cofounder.models.offline.finishing import figures

_WORK: dict[str, Callable[[Brief, str], tuple[str, list[str]]]] = {
    "shorten": shorten,
    "restyle": restyle,
    "summary": summarise,
    "edit": mend,
}


def edit(brief: Brief) -> Draft:
    """The given text, changed as the kind says; the notes say what was done and what could not be judged."""
    text = (brief.text or (brief.previous.body if brief.previous else "")).strip()
    if not text:
        return _draft(brief, "", ["There is no text to work on; paste it into the request."])
    body, notes = _WORK[brief.kind](brief, text)
    return _draft(brief, body, notes)


def _draft(brief: Brief, body: str, notes: list[str]) -> Draft:
    ledger = Ledger(brief.facts, brief.period, [brief.text or "", brief.request])
    return Draft(
        body=body,
        link=brief.link,
        figures=figures(ledger, [body]),
        notes=notes,
        choices={"seed": brief.seed, "attempt": brief.attempt, "kind": brief.kind},
    )

"""Headline ideas: different angles on the same facts, no two begun alike, each with figures that trace."""

from cofounder.models.brief import Brief, Draft
from cofounder.models.figures import Ledger
from cofounder.models.offline.clauses import Telling, parse, put_into_words, ready
from cofounder.models.offline.finishing import draft_of, limits
from cofounder.models.offline.outlines import _of
from cofounder.models.offline.posts import Writing

_ANGLES = (
    "<chg>{headsubj} {climbsp} to {x!}",
    "<chg>From {b!} to {x!}: {what} {when}",
    "<chg>{pctn} {updown}: what we know, and what we don't",
    "<chg>What does {pctn} {updown} in {what} mean?",
    "<chg>{x!} {when}, {b!} {ago}",
    "<chg>One {month}, {pctn} {updown}: how to read it",
    "<up>Before you cheer {pctn}, read the base",
    "<down>Before you mourn {pctn}, read the base",
    "<per>{per} per {sone}: the figure under the total",
    "<per>What {s!} {snoun} add up to",
    "<nth>{abt} one {vone} in {nth}: the quiet half of {what}",
    "<c>{v!} {vnoun}, {c} {cnoun}: where do the rest go?",
    "<restpct>The {restpct} nobody puts in a headline",
    "<ppvu>What one {vone} is worth: {ppvu}",
    "<cps>Why {cnoun} are not {snoun}",
    "<s>{s!} {snoun}, {x!}: one page, plainly told",
    "<level>{x!} in {what}: a size without a direction",
    "<level>{np}: compared with what?",
    "<flat>{what} holds at {x!}",
    "<nobases>What we can't say yet about {nobaseand}",
    "<record>The {record} of {window} {month}s: {what} at {x!}",
    "<ypct>{what}, {ypct} {yupdown} on the year",
)
_TOPIC = (
    "{T}: what we know and what we don't",
    "What to ask before you start with {t}",
    "{T}, in plain words",
    "The first question about {t}",
    "What would change your mind about {t}?",
    "{T}: where to begin",
    "A short case for {t}",
    "Three questions about {t}",
    "What {t} asks of you",
    "Reading {t} without the adjectives",
)


def headlines(brief: Brief) -> Draft:
    """The asked number of headlines, five unless said."""
    count = max(1, min(brief.count or 5, 20))
    writing = Writing(brief)
    usable = [fact for fact in brief.facts if fact.kind == "observed" and not fact.confidential]
    made = _from_facts(writing, count) if usable else _from_topic(writing, count)
    notes = limits(brief, writing.scene) if usable else []
    if not usable:
        notes.append("No figures were given, so the headlines claim nothing about results.")
    if len(made) < count:
        notes.append(f"The facts carry {len(made)} different headlines, not {count}.")
    return draft_of(
        brief,
        "\n".join(made),
        ledger=writing.ledger,
        persona=writing.voice.id,
        scene=writing.scene,
        notes=notes,
        parts=made,
    ).model_copy(update={"call_to_action": None})


def _from_facts(writing: Writing, count: int) -> list[str]:
    angles = [parse(source) for source in _ANGLES]
    first, rest = angles[:1], angles[1:]
    writing.rng.shuffle(rest)
    ledger = Ledger(writing.brief.facts, writing.brief.period, [writing.brief.request])
    made: list[str] = []
    for clause in [*first, *rest]:
        telling = Telling()
        if ready(clause, writing.scene, telling) is None:
            continue
        text = put_into_words(clause, writing.scene, telling, writing.rng)
        if not text or len(text) > 90 or any(one.kind == "unmatched" for one in ledger.trace(text)):
            continue
        if any(text.split()[0] == other.split()[0] for other in made) or _barred(text, writing.brief):
            continue
        made.append(text)
        if len(made) == count:
            break
    if len(made) < count:
        made += [one for one in _from_topic(writing, count) if one not in made][: count - len(made)]
    return made


def _from_topic(writing: Writing, count: int) -> list[str]:
    topic = _of(writing.brief)
    options = list(_TOPIC)
    writing.rng.shuffle(options)
    lower = topic if topic[1:2].isupper() else topic[:1].lower() + topic[1:]
    made = [one.replace("{T}", topic[:1].upper() + topic[1:]).replace("{t}", lower) for one in options]
    return [one for one in made if not _barred(one, writing.brief)][:count]


def _barred(text: str, brief: Brief) -> bool:
    low = text.lower()
    return any(word.lower() in low for word in brief.must_avoid if word.strip())

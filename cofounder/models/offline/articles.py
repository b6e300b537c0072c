"""Blog articles: the answer first, a section per fact, open questions, a table of sources."""

from cofounder.models.brief import Draft, Fact
from cofounder.models.offline import plain, wording
from cofounder.models.offline.checks import against_voice, broken, untrue
from cofounder.models.offline.clauses import Clause, Telling, tidy
from cofounder.models.offline.composing import Composer
from cofounder.models.offline.finishing import as_sentence, draft_of, hashtags, limits
from cofounder.models.offline.posts import Writing
from cofounder.models.offline.refining import Wishes
from cofounder.models.offline.scene import Scene
from cofounder.models.offline.slots import overlay_of
from cofounder.models.offline.texts import count_words
from cofounder.models.offline.views import View
from cofounder.models.offline.voice import Voice, article_moves


class _Sections:
    """Draws the sentences of one article from the article stock of the voice's person."""

    def __init__(self, writing: Writing) -> None:
        self.writing = writing
        self.scene: Scene = writing.scene
        self.composer = Composer(writing.scene, _as_article(writing.voice), writing.rng)
        self.telling = Telling()

    def say(self, *moves: str) -> str:
        """One paragraph of the moves that find words."""
        return " ".join(one for one in (self.composer.move(move, self.telling) for move in moves) if one)

    def other(self, view: View, *moves: str) -> str:
        """A paragraph about another changed metric."""
        slots, tells, marks = overlay_of(self.scene, view)
        self.telling.bind(view.id, slots, tells, marks)
        text = self.say(*moves)
        self.telling.bind()
        return text


def _as_article(voice: Voice) -> Voice:
    stock = article_moves("they" if voice.person == "they" else "we")
    own = {name.removeprefix("art_"): said for name, said in voice.moves.items() if name.startswith("art_")}
    # where the voice speaks for itself the shared stock keeps only the cases that the voice has no words for
    kept = {name: tuple(one for one in stock.get(name, ()) if _elsewhere(one, own[name])) for name in own}
    moves = dict(voice.moves) | stock | {name: (*own[name], *kept[name]) for name in own}
    return Voice(
        voice.id, voice.title, voice.stance, voice.person, voice.mean, voice.span, voice.never, voice.guard,
        voice.aside, voice.schemas, moves,
    )  # fmt: skip


def _elsewhere(clause: Clause, own: tuple[Clause, ...]) -> bool:
    """Whether a shared clause is for a case (level, flat, ...) that none of the voice's own clauses is for."""
    cases = {mark for one in own for mark in one.marks}
    return bool(cases) and not cases & set(clause.marks) and bool({"level", "flat"} & set(clause.marks))


def article(writing: Writing, wishes: Wishes) -> Draft:
    """A blog article in Markdown; the title is apart from the body."""
    brief, scene = writing.brief, writing.scene
    for _ in range(30):
        title, body, said = _attempt(writing)
        text = f"{title}\n\n{body}"
        if not (broken(body) or against_voice(text, writing.voice, brief) or untrue(text, brief, writing.ledger)):
            break
    else:
        draft = plain.plain(writing)
        parts = ["## What is given", draft.body, "## Sources", table(brief.facts)]
        return draft.model_copy(update={"title": "The figures, plainly", "body": "\n\n".join(parts)})
    return draft_of(
        brief,
        body,
        ledger=writing.ledger,
        persona=writing.voice.id,
        scene=scene,
        notes=limits(brief, scene, said),
        title=title,
        tags=hashtags(brief, scene, writing.voice.never),
    )


def _attempt(writing: Writing) -> tuple[str, str, set[str]]:
    brief, scene, lead = writing.brief, writing.scene, writing.scene.lead
    assert lead is not None
    make = _Sections(writing)
    title = _title(make)
    parts = [make.say("answer", "target", "answer2", "opening_turn")]
    parts += [f"## {make.say('h_lead')}", make.say("lead1", "lead2", "record", "year"), make.say("lead3", "lead4")]
    told = 1
    for view in scene.others[:3]:
        if told >= brief.form.facts[1]:
            break
        parts += [f"## {make.other(view, 'h_other')}", make.other(view, "other1", "other2", "other3")]
        told += 1
    if "s" in scene.slots and not _said(make, "s"):
        parts += [f"## {make.say('h_stock')}", make.say("stock1", "stock2", "stock3", "stock4")]
    if "funnel" in scene.marks and not (_said(make, "v") and _said(make, "r")):
        parts += [f"## {make.say('h_funnel')}", make.say("funnel1", "funnel2", "funnel3", "funnel4")]
    rest = make.say("also", "spend", "ltv", "forecast", "cause")
    if rest:
        parts += ["## Also on the page", rest]
    short = brief.form.words[0] - count_words("\n\n".join(parts)) - 85
    if short > 0:
        parts += ["## How to read it", _filler(make, short)]
    closing = as_sentence(brief.call_to_action) if brief.call_to_action else make.say("article_close")
    parts += [f"## {make.say('h_open')}", make.say("open1", "open2", "open3", "provisional"), closing]
    parts += ["## Sources", table(brief.facts)]
    return title, "\n\n".join(one for one in parts if one and one != "## "), make.telling.said


def _title(make: _Sections) -> str:
    """A title that a search shows whole, where the stock has one."""
    title = ""
    for _ in range(8):
        make.telling.said.clear()
        make.telling.used.clear()
        title = make.say("title")
        if 0 < len(title) <= 60:
            break
    make.telling.said.clear()
    return title


def _filler(make: _Sections, words: int) -> str:
    """What the voice says of figures in general, where the facts alone are too few for an article."""
    blocks: list[list[str]] = [[]]
    for move in ("more", "more", "read1", "more", "more", "read3", "more", "read4", "read2", "read5"):
        said = make.say(move)
        if not said:
            continue
        if count_words(" ".join(blocks[-1])) > 45:
            blocks.append([])
        blocks[-1].append(said)
        words -= count_words(said)
        if words <= 0:
            break
    return "\n\n".join(" ".join(block) for block in blocks if block)


def _said(make: _Sections, slot: str) -> bool:
    item = make.scene.tells.get(slot)
    return item in make.telling.said


_SOURCES = {
    "request": "given with the request",
    "financial_metrics": "financial records",
    "web_analytics": "web analytics",
}


def table(facts: list[Fact]) -> str:
    """The facts with value, base, period and source, as a Markdown table."""
    rows = ["| Figure | Value | Compared with | Period | Source |", "|---|---|---|---|---|"]
    for fact in facts:
        if fact.confidential or fact.kind == "cause":
            continue
        base = f"{wording.given(fact, fact.base.value)} ({fact.base.label})" if fact.base else "no earlier figure given"
        period = fact.period.label if fact.period else "as given"
        source = _SOURCES.get(fact.source, fact.source.replace("_", " "))
        rows.append(f"| {tidy(fact.noun)} | {wording.given(fact)} | {base} | {period} | {source} |")
    return "\n".join(rows)

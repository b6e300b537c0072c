"""A subject read once: its words, sentences and traced figures, for every dimension to look at."""

from collections.abc import Mapping
from dataclasses import dataclass

from cofounder.channels import ChannelRules, rules
from cofounder.channels.prose import prose as sentences_alone
from cofounder.channels.prose import read as shown
from cofounder.flow.quality.detectors import Context, detect
from cofounder.flow.quality.prose import Sentence, paragraphs, sentences, words
from cofounder.flow.quality.schemas import DimensionScore, Finding, Subject
from cofounder.models.brief import ChannelForm, Draft, Fact, Issue
from cofounder.models.figures import Mention, ledger_of
from cofounder.models.offline.voice import VOICES, voice_of

GIVEN_KINDS = frozenset({"shorten", "restyle", "edit", "summary"})  # the text rests on a given one
FREE_KINDS = frozenset({"headlines", "calendar", "report"}) | GIVEN_KINDS  # the channel's wanted length does not apply


@dataclass(frozen=True)
class Reading:
    """The text as a reader reads it. Spans of issues are offsets in `text`; heads (subject, title) have none."""

    subject: Subject
    rules: ChannelRules
    text: str  # the rendered words, without the footer of an e-mail
    heads: tuple[str, ...]  # subject, preheader, title where they are not part of the text
    prose: str  # the text without markup, links, hashtag lines
    sentences: tuple[Sentence, ...]  # of the prose
    paragraphs: tuple[str, ...]
    words: tuple[str, ...]  # of the prose
    mentions: tuple[Mention, ...]  # every figure of the text
    head_mentions: tuple[Mention, ...]
    findings: tuple[Finding, ...]
    never: tuple[str, ...]  # what the persona never says

    @property
    def draft(self) -> Draft:
        return self.subject.draft

    @property
    def facts(self) -> Mapping[str, Fact]:
        return {fact.id: fact for fact in self.subject.brief.facts}

    @property
    def form(self) -> ChannelForm:
        """The room the brief gives, when it is this channel's; else the channel's own."""
        given = self.subject.brief.form
        return given if given.channel in (self.subject.channel, self.rules.form.channel) else self.rules.form

    @property
    def given(self) -> bool:
        """Whether a person handed the text in as it is, so that nothing was asked of a writer."""
        brief = self.subject.brief
        return brief.text is not None and (self.draft.model == "given" or brief.text.strip() == self.draft.body.strip())


def read(subject: Subject) -> Reading:
    """Cut the text up and trace its figures."""
    brief, rendered = subject.brief, subject.rendered
    text = shown(rendered)
    heads = tuple(head for head in (rendered.subject, rendered.preheader, rendered.title) if head and head not in text)
    blocks = tuple(paragraphs(text))
    prose = sentences_alone(rendered)
    ledger = ledger_of(brief)
    context = Context(channel=subject.channel, facts=tuple(brief.facts), domain=subject.domain)
    found = [
        *detect(text, context),
        *(one.model_copy(update={"span": None}) for one in (detect("\n\n".join(heads), context) if heads else [])),
    ]
    return Reading(
        subject=subject,
        rules=rules(subject.channel, thread=bool(rendered.parts)),
        text=text,
        heads=heads,
        prose=prose,
        sentences=sentences(prose),
        paragraphs=blocks,
        words=tuple(words(prose)),
        mentions=tuple(ledger.trace(text)),
        head_mentions=tuple(mention for head in heads for mention in ledger.trace(head)),
        findings=(*found, *subject.findings),
        never=voice_of(brief).never if brief.voice is not None or brief.persona in VOICES else (),
    )


def verdict(
    value: float, evidence: list[str], issues: list[Issue] | None = None, *, calibrated: bool = True
) -> DimensionScore:
    """A score held to 0-1 and rounded as it is stored."""
    held = round(min(1.0, max(0.0, value)), 4)
    return DimensionScore(score=held, evidence=evidence, issues=issues or [], calibrated=calibrated)

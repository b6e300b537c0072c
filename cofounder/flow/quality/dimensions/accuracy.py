"""Accuracy: every figure, date and name agrees with what was given, and no sentence says more than the figures do."""

from cofounder.flow.quality.dimensions.denials import denied_bases
from cofounder.flow.quality.dimensions.moves import moved_wrongly
from cofounder.flow.quality.dimensions.names import unknown_names
from cofounder.flow.quality.dimensions.reading import Reading, verdict
from cofounder.flow.quality.prose import counted
from cofounder.flow.quality.schemas import DimensionScore
from cofounder.models.brief import Issue
from cofounder.models.figures import Mention, disagreements, forbidden_claims

_UNMATCHED_COST = (0.5, 0.25)  # the first, each further one
_COST = {"blocking": 0.6, "major": 0.4, "minor": 0.06, "info": 0.0}
_SHOWN = 8


def score(reading: Reading) -> DimensionScore:
    """1 when all agree; a figure from nowhere costs half, a cause without a source or a move without a base as much."""
    mentions = [*reading.mentions, *reading.head_mentions]
    wrong = [
        _unmatched(one, 0 <= place < len(reading.mentions))
        for place, one in enumerate(mentions)
        if one.kind == "unmatched"
    ]
    others = [*_causes(reading), *_parts_for_wholes(reading), *moved_wrongly(reading), *unknown_names(reading)]
    others += denied_bases(reading)
    value = 1.0 - sum(_UNMATCHED_COST[min(place, 1)] for place in range(len(wrong)))
    value -= sum(_COST[issue.severity] for issue in others)
    brief = reading.subject.brief
    apart = [one.sentence for one in disagreements(brief.request, brief.facts)]
    return verdict(value, [*_evidence(mentions, reading), *apart], [*wrong, *others])


def _unmatched(mention: Mention, placed: bool) -> Issue:
    return Issue(
        dimension="accuracy",
        code="unmatched_figure",
        severity="major",
        message=f"“{mention.text}”: {mention.message or 'neither given nor derived from what is given'}.",
        span=(mention.start, mention.end) if placed else None,
    )


def _causes(reading: Reading) -> list[Issue]:
    if not reading.subject.brief.facts:
        return []
    return [
        Issue(
            dimension="accuracy",
            code=one.code,
            severity="major",
            message=f"“{one.excerpt}”: {one.message}",
            span=one.span,
        )
        for one in reading.findings
        if one.code == "unsourced_cause"
    ]


def _parts_for_wholes(reading: Reading) -> list[Issue]:
    return [
        Issue(
            dimension="accuracy",
            code="part_for_whole",
            severity="major",
            message=f"“{claim.text}”: the figures are a month's, not the quarter's.",
            span=(claim.start, claim.end),
        )
        for claim in forbidden_claims(reading.text, reading.subject.brief.facts)
        if claim.kind == "part_for_whole"
    ]


def _evidence(mentions: list[Mention], reading: Reading) -> list[str]:
    count = {kind: sum(one.kind == kind for one in mentions) for kind in ("given", "derived", "period", "unmatched")}
    figures = count["given"] + count["derived"] + count["unmatched"]
    if not figures and not count["period"]:
        said = "The text holds no figures."
        return [said if reading.subject.brief.facts else said + " None were given."]
    lines = [
        f"{counted(figures, 'figure')}: {count['given']} given, {count['derived']} derived, {count['unmatched']} from nowhere; "
        + ("1 date or period agrees." if count["period"] == 1 else f"{count['period']} dates or periods agree.")
    ]
    derived = {one.text: one.derivation for one in mentions if one.kind == "derived"}
    lines += [f"“{text}” = {how}" for text, how in list(derived.items())[:_SHOWN]]
    return lines

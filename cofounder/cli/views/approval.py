"""What a person sees before they decide: texts, scores with their evidence, what was used, where it would go."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from cofounder.cli import words
from cofounder.cli.views.grid import table
from cofounder.cli.views.post import name, post
from cofounder.kit.clock import now

if TYPE_CHECKING:
    from cofounder.flow.approve.schemas import ApprovalOut, DimensionOut, VariantOut

_SEVERE = ("blocking", "major")


def title(text: str) -> Text:
    return Text.assemble("\n", (text, "bold"))


def texts(approval: "ApprovalOut", *, company: str = "") -> Group:
    """Every variant as its channel shows it, or the plan that waits."""
    if approval.kind != "content":
        return Group(plan(approval.plan or {}))
    return Group(*(post(variant, company=company) for variant in approval.channel_variants.values()))


def plan(document: Mapping[str, Any]) -> RenderableType:
    """The steps of a plan with what each waits for and is expected to take."""
    found = table("Step", "Tool", "After", "~Seconds", "~Cost")
    for step in document.get("steps", []):
        found.add_row(
            str(step.get("id", "")),
            str(step.get("tool", "")),
            ", ".join(step.get("depends_on") or []) or words.NONE,
            words.seconds(float(step.get("estimated_seconds") or 0)),
            words.cost(float(step.get("estimated_cost") or 0)),
        )
    notes = list(map(str, document.get("notes") or []))
    return Group(found, *assumed(notes)) if notes else found


def quality_title(approval: "ApprovalOut") -> str:
    """Whose evidence is shown: with several texts the weakest one's."""
    weakest = _weakest(approval)
    return f"Quality, by the weakest text: {name(weakest.channel)}" if weakest else "Quality"


def _weakest(approval: "ApprovalOut") -> "VariantOut | None":
    """The text whose score is the whole's; None where there is only one text."""
    variants = approval.channel_variants.values()
    found = next((one for one in variants if one.quality_score == approval.quality_score), None)
    return found if len(variants) > 1 else None


def quality(approval: "ApprovalOut") -> Group:
    """The overall score, then each dimension with its evidence; per channel where they differ."""
    passed = approval.quality_passed
    verdict = ("passes", "done") if passed else ("does not pass", "you")
    weakest = _weakest(approval)
    counts = f". The weakest text counts, and this is its evidence: {name(weakest.channel)}." if weakest else "."
    found: list[RenderableType] = [
        Text.assemble("Overall ", (words.score(approval.quality_score, 3), "bold"), ", ", verdict, counts),
        dimensions(approval.quality_dimensions),
    ]
    found += issues(approval.issues)
    return Group(*found)


def dimensions(judged: Mapping[str, "DimensionOut"]) -> Table:
    """Dimension, score and evidence; what weighs nothing is said to be for information."""
    listed = table("Dimension", ">Score", "Evidence")
    for dimension, one in sorted(judged.items(), key=lambda item: -item[1].weight):
        listed.add_row(
            Text(words.plain(dimension)),
            Text(words.score(one.score), style="you" if one.score < 0.75 else ""),
            Text("\n".join(one.evidence[:3]) or words.NONE),
        )
    return listed


def scores(variants: Mapping[str, "VariantOut"]) -> Table:
    """One line a channel: its score, whether it passes, rounds of refinement, voice."""
    found = table("Channel", ">Score", "Passes", ">Refined", "Voice")
    for variant in variants.values():
        found.add_row(
            Text(name(variant.channel)),
            Text(words.score(variant.quality_score, 3)),
            Text("yes" if variant.quality_passed else "no", style="" if variant.quality_passed else "you"),
            Text(str(variant.refinements)),
            Text(variant.persona or words.NONE),
        )
    return found


def issues(found: Sequence[Mapping[str, Any]]) -> list[RenderableType]:
    """What was found, the severe first; nothing when nothing was."""
    order = {"blocking": 0, "major": 1, "minor": 2, "info": 3}
    lines: list[RenderableType] = []
    for issue in sorted(found, key=lambda one: order.get(str(one.get("severity")), 9)):
        severity = str(issue.get("severity", "minor"))
        where = f"{name(str(issue['channel']))}: " if issue.get("channel") else ""
        style = "you" if severity in _SEVERE else "quiet"
        lines.append(
            Text.assemble(
                ("◆ " if severity in _SEVERE else "· ", style),
                f"{where}{issue.get('message', '')}",
                (f" ({severity})", "quiet"),
            )
        )
    return lines


def assumed(sentences: Sequence[str]) -> list[RenderableType]:
    """What was taken for granted about the request, and what of it is not done."""
    if not sentences:
        return []
    return [Text("\nTaken for granted", style="bold"), *(Text(f"· {sentence}") for sentence in sentences)]


def used(approval: "ApprovalOut") -> Group:
    """The figures that the texts rest on, each with its period, what it is compared with, and its source."""
    named = {id for one in approval.channel_variants.values() for use in one.figures for id in use.get("facts", [])}
    within = [fact for fact in approval.facts if fact.get("id") in named] or approval.facts
    found: list[RenderableType] = []
    if within:
        figures = table("Figure", ">Value", "Period", "Compared with", "Source")
        for fact in within:
            figures.add_row(*(Text(cell) for cell in _fact(fact)))
        found.append(figures)
    rest = [str(fact.get("noun") or fact.get("id")) for fact in approval.facts if fact not in within]
    if rest:
        found.append(Text(f"Read and not used: {', '.join(rest)}.", style="quiet"))
    agents = approval.metadata.get("agents_involved") or []
    if agents:
        found.append(Text("Agents: " + ", ".join(map(str, agents))))
    return Group(*found) if found else Group(Text("No figures were used."))


def _fact(fact: Mapping[str, Any]) -> tuple[str, ...]:
    unit, currency = str(fact.get("unit", "count")), str(fact.get("currency", "USD"))
    base = fact.get("base") or None
    compared = f"{words.figure(float(base['value']), unit, currency)} ({base.get('label', '')})" if base else words.NONE
    period = fact.get("period") or {}
    return (
        str(fact.get("noun") or fact.get("metric") or fact.get("id")),
        words.figure(float(fact["value"]), unit, currency),
        str(period.get("label") or words.NONE),
        compared,
        words.plain(str(fact.get("source", ""))),
    )


def delivery(approval: "ApprovalOut") -> Group:
    """Where each variant would go, and why when that is not the channel itself."""
    lines: list[RenderableType] = []
    for variant in approval.channel_variants.values():
        to = variant.delivery
        people = f", {words.of(to.recipients, 'recipient')}" if to.recipients > 1 else ""
        note = f". {to.note}" if to.note else ""
        line = to.sent_as.get(to.account)
        by = f" as {line}" if line is not None else ""
        lines.append(Text.assemble(f"{name(variant.channel)}: {to.delivered_by}{by}", (f"{people}{note}", "quiet")))
    if approval.publish_at is not None and approval.publish_at > now():
        at = approval.publish_at.astimezone()
        told = f"Approved, it goes out {at:%Y-%m-%d %H:%M %Z}, as it was asked for; --now or --schedule say otherwise."
        lines.append(Text(told))
    return Group(*lines)


def whole(approval: "ApprovalOut", *, company: str = "") -> Group:
    """Everything, in the order in which a person needs it."""
    found: list[RenderableType] = [
        Text.assemble((approval.request, "italic")),
        Text(""),
        texts(approval, company=company),
    ]
    if approval.images:
        from cofounder.cli.views.images import images

        found += [title("Images"), images(approval)]
    if approval.kind == "content":
        found += assumed(approval.metadata.get("assumptions") or [])
    if approval.kind == "content":
        found += [title(quality_title(approval)), quality(approval)]
        if len(approval.channel_variants) > 1:
            found += [scores(approval.channel_variants)]
        found += [title("What was used"), used(approval), title("Where it would go"), delivery(approval)]
        if approval.expected_engagement.value is None:
            found.append(
                Text(f"Expected engagement: {words.NONE} ({approval.expected_engagement.reason})", style="quiet")
            )
        if approval.suggested_times:
            from cofounder.business.derive import times

            found += [title("When to publish"), *(Text(times.told(one)) for one in approval.suggested_times.values())]
    return Group(*found)

"""The compliance agent: reads a text for claims without support, regulated terms, personal data and channel policy."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from cofounder import channels
from cofounder.agents.tools import agent, tool
from cofounder.channels import UnknownChannel
from cofounder.flow.quality import check_text, risk_level
from cofounder.flow.quality.schemas import Finding, RiskLevel, Severity
from cofounder.kit.errors import InputInvalid
from cofounder.models.brief import Fact

SERVER = agent(
    "compliance",
    "Finds what a text may not say: claims its facts do not carry, regulated terms, missing disclosure, personal data, "
    "breaches of a channel's policy. It gives no legal advice.",
)
_ORDER: tuple[Severity, ...] = ("blocking", "major", "minor", "info")
Domain = Literal["finance", "health", "advertising"]


class NothingToCheck(InputInvalid):
    """There is no text to check."""


class Compliance(BaseModel):
    """What was found, worst first, and what it means."""

    findings: list[Finding]
    risk_level: RiskLevel
    may_publish: bool = Field(description="False where a finding blocks publishing.")
    narrative: str


@tool(SERVER, category="compliance", seconds=0.05)
async def check(
    text: str,
    channel: Annotated[str | None, Field(description="Adds the channel's own policy.")] = None,
    facts: Annotated[
        list[Fact] | None, Field(description="What the text may state; without them no figure is.")
    ] = None,
    domain: Annotated[Domain | None, Field(description="Makes the rules of that field apply in full.")] = None,
) -> Compliance:
    """Check a text for unsupported claims, regulated terms, missing disclosure, personal data and channel policy."""
    if not text.strip():
        raise NothingToCheck(field="text")
    name = channels.canonical(channel) if channel else None
    if channel and name is None:
        raise UnknownChannel(f"There is no channel called {channel!r}.", field="channel")
    findings = check_text(text, channel=name, facts=facts or [], domain=domain).findings
    if facts:
        findings = sorted([*findings, *_unsupported(text, facts)], key=lambda one: _ORDER.index(one.severity))
    risk = risk_level(findings)
    return Compliance(
        findings=findings, risk_level=risk, may_publish=risk != "blocking", narrative=_narrative(findings, risk)
    )


def _unsupported(text: str, facts: list[Fact]) -> list[Finding]:
    """The figures of a text that neither stand in the facts nor follow from them."""
    from cofounder.models.figures import trace

    return [
        Finding(
            detector="claims",
            code="figure_without_support",
            severity="major",
            message=seen.message or "This figure is not in the facts and does not follow from them.",
            advice="Give its source, correct it or leave it out.",
            span=(seen.start, seen.end),
            excerpt=seen.text,
        )
        for seen in trace(text, facts)
        if seen.kind == "unmatched"
    ]


def _narrative(findings: list[Finding], risk: RiskLevel) -> str:
    """The findings as a person would be told: the worst first, each with what to do."""
    if not findings:
        return "Nothing was found that speaks against publishing. The risk is low."
    count = f"{len(findings)} finding{'s' if len(findings) != 1 else ''}"
    lines = [f"{count}; the risk is {risk}.", ""]
    for finding in findings:
        where = f' ("{finding.excerpt}")' if finding.excerpt else ""
        lines.append(f"- {finding.severity}: {finding.message}{where} {finding.advice}".rstrip())
    if risk == "blocking":
        lines += ["", "It may not be published before the blocking finding is settled."]
    return "\n".join(lines)

"""The compliance agent: reads a text for claims without support, regulated terms, personal data and channel policy."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from cofounder import channels
from cofounder.agents.tools import agent, tool
from cofounder.channels import UnknownChannel
from cofounder.flow.quality import check_text
from cofounder.flow.quality.schemas import Finding, RiskLevel
from cofounder.kit.errors import InputInvalid
from cofounder.models.brief import Fact

SERVER = agent(
    "compliance",
    "Finds what a text may not say: claims its facts do not carry, regulated terms, missing disclosure, personal data, "
    "breaches of a channel's policy. It gives no legal advice.",
)
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
    checked = check_text(text, channel=name, facts=facts or [], domain=domain)
    return Compliance(
        findings=checked.findings,
        risk_level=checked.risk_level,
        may_publish=checked.risk_level != "blocking",
        narrative=_narrative(checked.findings, checked.risk_level),
    )


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

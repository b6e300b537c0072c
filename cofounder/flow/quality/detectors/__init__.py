"""Detectors: what a text must not say, one pure function a file, quiet where there is too little to go on.

In: a text and its context (channel, facts, domain). Out: findings with place, reason and advice, and the risk level that
follows. Never: I/O, a rewrite, a score.
"""

from collections.abc import Callable, Sequence

from cofounder.flow.quality.detectors import (
    causes,
    channel_policy,
    claims,
    leftovers,
    personal_data,
    promises,
    regulated,
)
from cofounder.flow.quality.detectors.context import Context
from cofounder.flow.quality.schemas import Checked, Finding, RiskLevel
from cofounder.models.brief import Fact

__all__ = ["DETECTORS", "Context", "check_text", "detect", "risk_level"]

DETECTORS: dict[str, Callable[[str, Context], list[Finding]]] = {
    "claims": claims.find,
    "causes": causes.find,
    "promises": promises.find,
    "regulated": regulated.find,
    "personal_data": personal_data.find,
    "channel_policy": channel_policy.find,
    "leftovers": leftovers.find,
}
_ORDER = {"blocking": 0, "major": 1, "minor": 2, "info": 3}


def detect(text: str, context: Context) -> list[Finding]:
    """Every detector's findings, worst first, then by place; one finding a code and place."""
    found: dict[tuple[str, tuple[int, int] | None], Finding] = {}
    for find in DETECTORS.values():
        for finding in find(text, context):
            found.setdefault((finding.code, finding.span), finding)
    return sorted(found.values(), key=lambda one: (_ORDER[one.severity], one.span or (0, 0), one.code))


def risk_level(findings: Sequence[Finding]) -> RiskLevel:
    """blocking when one finding blocks, high from one major, medium from one minor, else low."""
    worst = {finding.severity for finding in findings}
    if "blocking" in worst:
        return "blocking"
    if "major" in worst:
        return "high"
    return "medium" if "minor" in worst else "low"


def check_text(text: str, channel: str | None = None, facts: Sequence[Fact] = (), domain: str | None = None) -> Checked:
    """The findings of a text on its own and its risk level.

    Without facts no claim can be supported: superlatives and promises are then findings, causes only beside figures.
    """
    findings = detect(text, Context(channel=channel, facts=tuple(facts), domain=domain))
    return Checked(findings=findings, risk_level=risk_level(findings))

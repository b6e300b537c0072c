"""Compliance: what the detectors found, and how much it weighs."""

from cofounder.flow.quality.detectors import risk_level
from cofounder.flow.quality.dimensions.reading import Reading, verdict
from cofounder.flow.quality.prose import counted
from cofounder.flow.quality.schemas import DimensionScore
from cofounder.models.brief import Issue

_COST = {"info": 0.0, "minor": 0.08, "major": 0.35, "blocking": 1.0}


def score(reading: Reading) -> DimensionScore:
    """1 without findings; a blocking one leaves nothing."""
    findings = reading.findings
    if not findings:
        return verdict(
            1.0, ["No unsupported claim, regulated term, promise, personal data or policy breach was found."]
        )
    evidence = [f"{counted(len(findings), 'finding')}; the risk is {risk_level(findings)}."]
    evidence += [f"{one.severity}: {one.code}" + (f" (“{one.excerpt}”)" if one.excerpt else "") for one in findings[:8]]
    issues = [
        Issue(
            dimension="compliance",
            code=one.code,
            severity=one.severity,
            message=(f"“{one.excerpt}”: " if one.excerpt else "") + f"{one.message} {one.advice}",
            span=one.span,
        )
        for one in findings
        if one.severity != "info"
    ]
    return verdict(1.0 - sum(_COST[one.severity] for one in findings), evidence, issues)

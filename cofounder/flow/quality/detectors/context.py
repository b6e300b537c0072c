"""What a detector knows besides the text, and how it writes a finding."""

from dataclasses import dataclass

from cofounder.flow.quality.schemas import Finding, Severity
from cofounder.models.brief import Fact

EXCERPT = 80


@dataclass(frozen=True)
class Context:
    channel: str | None = None
    facts: tuple[Fact, ...] = ()
    domain: str | None = None  # finance, health, advertising


def finding(
    detector: str,
    code: str,
    severity: Severity,
    message: str,
    advice: str,
    *,
    text: str = "",
    span: tuple[int, int] | None = None,
    excerpt: str | None = None,
) -> Finding:
    """A finding that quotes the words at `span` unless another excerpt is given."""
    quoted = excerpt if excerpt is not None else (text[span[0] : span[1]] if span else "")
    return Finding(
        detector=detector,
        code=code,
        severity=severity,
        message=message,
        advice=advice,
        span=span,
        excerpt=quoted[:EXCERPT],
    )

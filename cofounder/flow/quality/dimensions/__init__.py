"""Dimensions: one question each, one pure function a file.

In: a reading (the text cut up, its figures traced, once for all). Out: a score 0-1 with evidence and issues. Never: I/O,
another dimension's question.
"""

from collections.abc import Callable

from cofounder.flow.quality.dimensions import (
    accuracy,
    completeness,
    compliance,
    engagement,
    form,
    length,
    originality,
    readability,
    tone,
)
from cofounder.flow.quality.dimensions.reading import Reading
from cofounder.flow.quality.schemas import DimensionScore

DIMENSIONS: dict[str, Callable[[Reading], DimensionScore]] = {
    "accuracy": accuracy.score,
    "completeness": completeness.score,
    "tone": tone.score,
    "format": form.score,
    "length": length.score,
    "readability": readability.score,
    "engagement_potential": engagement.score,
    "originality": originality.score,
    "compliance": compliance.score,
}

__all__ = ["DIMENSIONS", "Reading"]

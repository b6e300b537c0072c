"""What the content agent answers with."""

from typing import Any

from pydantic import BaseModel, Field

from cofounder.kit.errors import InputInvalid
from cofounder.models.brief import Brief, Draft


class NothingToWriteFrom(InputInvalid):
    """There is no text to work on."""


class NothingToReport(InputInvalid):
    """There is no figure and no finding to report."""


class Drafted(BaseModel):
    draft: Draft
    brief: Brief
    text: str = Field(description="The exact text as the channel will carry it.")
    persona: str
    model: str
    length: int = Field(description="As the channel counts.")
    limit: int | None
    notes: list[str] = Field(description="What could not be done, and figures that come from nowhere.")


class Edited(BaseModel):
    text: str
    draft: Draft
    brief: Brief
    words_before: int
    words_after: int
    diff: list[str] = Field(description="A unified diff of lines.")
    notes: list[str]


class Headlines(BaseModel):
    headlines: list[str]
    draft: Draft
    brief: Brief
    notes: list[str]


class Reported(BaseModel):
    text: str
    draft: Draft
    brief: Brief | None = Field(default=None, description="None where the findings' own words were laid together.")
    insights: list[str]
    rows: list[dict[str, Any]]
    notes: list[str]

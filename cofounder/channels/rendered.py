"""The exact form of a draft on one channel."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from cofounder.channels.images.schemas import Picture


class Rendered(BaseModel):
    """What is approved and sent. `text` is the exact bytes as UTF-8; everything else helps to show or send it.

    Fields that differ per recipient stand in `text` as {{named}} placeholders, so one text has one fingerprint.
    """

    model_config = ConfigDict(extra="forbid")

    channel: str
    format: Literal["text", "eml", "html"] = "text"
    text: str
    plain: str  # what a reader reads: the e-mail's text part, the article's words, else the text itself
    api_text: str | None = None  # as the channel's API wants it, where that differs from what people see (LinkedIn)
    parts: list[str] = Field(default_factory=list)  # a thread's posts
    title: str | None = None
    subject: str | None = None
    preheader: str | None = None
    html: str | None = None  # the article's or the e-mail's HTML, without the message around it
    hashtags: list[str] = Field(default_factory=list)
    length: int  # as the channel counts; of the longest post in a thread
    limit: int | None = None  # what the channel takes
    placeholders: list[str] = Field(default_factory=list)
    images: list[Picture] = Field(default_factory=list)  # with the text, in this order

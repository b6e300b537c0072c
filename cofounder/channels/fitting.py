"""Whether a channel takes a rendered text, and why not: its words, the signs its API needs, the tags on its links. Pure."""

from cofounder.channels.counting import length
from cofounder.channels.rendered import Rendered
from cofounder.channels.tagging import bare


def size(rendered: Rendered) -> int:
    """The length that counts: what people see, or what the API is sent where that is longer."""
    return max(rendered.length, _escaped(rendered))


def fits(rendered: Rendered) -> bool:
    return rendered.limit is None or size(rendered) <= rendered.limit


def too_long(rendered: Rendered, channel: str) -> str | None:
    """Why the channel, as the reader calls it, would not take the text; None where it would."""
    if fits(rendered):
        return None
    what = "its longest post" if rendered.parts else "this text"
    said = f"{channel} takes {rendered.limit:,} characters; {what} has {size(rendered):,}"
    if rendered.length <= (rendered.limit or 0):
        said += " with the signs that its API needs before brackets, hashtags and the like"
    tags = rendered.length - _untagged(rendered)
    if tags:
        said += f", of which {tags:,} are tags on links to your own site"
    return f"{said}."


def _escaped(rendered: Rendered) -> int:
    return length(rendered.channel, rendered.api_text) if rendered.api_text is not None else 0


def _untagged(rendered: Rendered) -> int:
    if rendered.parts:
        return max(length(rendered.channel, bare(part)) for part in rendered.parts)
    return rendered.length - (length(rendered.channel, rendered.plain) - length(rendered.channel, bare(rendered.plain)))

"""The words that a person reads as text: without footer, hashtag lines, bare links and Markdown's marks."""

import re

from cofounder.channels.email import UNSUBSCRIBE
from cofounder.channels.rendered import Rendered
from cofounder.channels.tagging import bare

_FOOTER = re.compile(r"\n*(?:--\n)?[^\n]*" + re.escape(UNSUBSCRIBE) + r"[^\n]*\s*\Z")
_WORD = re.compile(r"[^\W_](?:[\w'’&.,/:-]*[^\W_])?%?")
_TAG_LINE = re.compile(r"\s*(?:[#@]\w+\s*)+")
_LINK_LINE = re.compile(r"\s*<?https?://\S+>?\s*")
_MARKUP = re.compile(
    r"^\s{0,3}(?:#{1,6}\s+|[-*+]\s+|\d{1,2}[.)]\s+|>\s?)|\*\*|__|`|(?<=\])\([^)]*\)|[\[\]]", re.MULTILINE
)


def words(text: str) -> list[str]:
    """The words and figures of a text."""
    return _WORD.findall(text)


def paragraphs(text: str) -> list[str]:
    """Blocks between blank lines, without lines that hold only hashtags or a link."""
    blocks = (block.strip() for block in re.split(r"\n\s*\n", text))
    return [block for block in blocks if block and not _TAG_LINE.fullmatch(block) and not _LINK_LINE.fullmatch(block)]


def unmarked(markdown: str) -> str:
    """Markdown as a reader sees it, tables left out."""
    kept = [line for line in markdown.split("\n") if not line.lstrip().startswith("|")]
    return _MARKUP.sub("", "\n".join(kept))


def read(rendered: Rendered) -> str:
    """What a reader reads, without the footer of an e-mail and the tags on links."""
    return bare(_FOOTER.sub("", rendered.plain) if rendered.format == "eml" else rendered.plain)


def prose(rendered: Rendered) -> str:
    """The sentences alone: what length and readability are counted on."""
    whole = "\n\n".join(paragraphs(read(rendered)))
    return unmarked(whole) if rendered.format == "html" else whole

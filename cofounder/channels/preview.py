"""What a rendered text looks like on its channel, as plain lines for a terminal."""

import textwrap

from cofounder.channels.counting import length
from cofounder.channels.naming import THREAD
from cofounder.channels.prose import prose, words
from cofounder.channels.rendered import Rendered
from cofounder.channels.rules import ChannelRules, rules

WIDTH = 76
LINES_SHOWN = 3
SEE_MORE = "…see more"


def preview(channel: str, rendered: Rendered) -> str:
    """Plain lines: a head that counts, then the text with the fold where the channel hides the rest."""
    known = rules(THREAD if rendered.parts else channel)
    if rendered.parts:
        return "\n".join([_head(known, rendered), *_posts(rendered)])
    if rendered.format == "eml":
        lines = [
            f"Subject:   {rendered.subject or ''}",
            f"Preheader: {rendered.preheader or ''}",
            "",
            *_wrap(rendered.plain),
        ]
    else:
        lines = _folded(rendered.plain, known.form.first_line_characters)
    return "\n".join([_head(known, rendered), "", *lines])


def _head(known: ChannelRules, rendered: Rendered) -> str:
    size = len(words(prose(rendered)))
    of = f" of {rendered.limit:,}" if rendered.limit else ""
    count = f"{len(rendered.parts)} post{'' if len(rendered.parts) == 1 else 's'}, longest " if rendered.parts else ""
    return f"{known.label}: {count}{rendered.length:,}{of} characters, {size:,} word{'' if size == 1 else 's'}"


def _posts(rendered: Rendered) -> list[str]:
    lines: list[str] = []
    for number, part in enumerate(rendered.parts, 1):
        size = length(rendered.channel, part)
        lines += ["", f"{number}/{len(rendered.parts)} ({size} of {rendered.limit})", *_wrap(part)]
    return lines


def _folded(text: str, fold: int | None) -> list[str]:
    """The text with a mark where a phone cuts it: after `fold` characters, at the end of a word, or three lines."""
    if fold is None or len(text) <= fold:
        return _wrap(text)
    cut = max(text.rfind(" ", 0, fold + 1), text.rfind("\n", 0, fold + 1))
    cut = fold if cut <= 0 else cut
    lines = text[:cut].split("\n")
    shown = "\n".join(lines[:LINES_SHOWN]).rstrip()
    return [*_wrap(shown), f"    {SEE_MORE}", *_wrap(text[len(shown) :].lstrip())]


def _wrap(text: str) -> list[str]:
    lines: list[str] = []
    for line in text.split("\n"):
        lines += textwrap.wrap(line, WIDTH, break_long_words=False, break_on_hyphens=False) or [""]
    return lines

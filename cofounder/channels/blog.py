"""A blog article: the Markdown draft as HTML. Raw HTML in the draft is shown as text, unsafe links are not made."""

from collections.abc import Sequence
from functools import cache
from html import escape
from typing import TYPE_CHECKING

from cofounder.channels.images.schemas import Picture
from cofounder.channels.layout import placeholders, tidy
from cofounder.channels.rendered import Rendered
from cofounder.channels.tagging import Tags
from cofounder.models.brief import Draft

if TYPE_CHECKING:  # most processes never render an article
    from markdown_it import MarkdownIt


@cache
def _markdown() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False, "xhtmlOut": False}).enable("table")


def render(draft: Draft, *, limit: int | None = None, tags: Tags | None = None) -> Rendered:
    """The article with its title as `text`; `html` is the part below the title, which is what an API is sent.

    Tags go under the words of a link, never into what is read.
    """
    body, title = tidy(draft.body), tidy(draft.title or "") or None
    if title and body.split("\n", 1)[0].strip().lstrip("# ") == title and body.startswith("# "):
        body = body.split("\n", 1)[1].strip() if "\n" in body else ""
    if draft.link and draft.link not in body:
        body = f"{body}\n\n<{draft.link.strip()}>"
    html = _html(body, tags)
    text = article(title, html)
    return Rendered(
        channel="blog",
        format="html",
        text=text,
        plain=f"{title}\n\n{body}" if title else body,
        title=title,
        html=html,
        hashtags=draft.hashtags,
        length=len(body),
        limit=limit,
        placeholders=placeholders(text),
    )


def _html(body: str, tags: Tags | None) -> str:
    markdown = _markdown()
    env: dict[str, object] = {}
    tokens = markdown.parse(body, env)
    for token in [child for one in tokens for child in one.children or ()] if tags is not None else ():
        if token.type == "link_open" and tags is not None:
            token.attrSet("href", tags.of(str(token.attrGet("href") or "")))
    return str(markdown.renderer.render(tokens, markdown.options, env))


def article(title: str | None, html: str, images: Sequence[Picture] = ()) -> str:
    """The whole article: the first image stands under the title, the others below the text."""
    heading = f"<h1>{escape(title, quote=False)}</h1>\n" if title else ""
    above, below = ("".join(figure(one.file, one.alt) for one in some) for some in (images[:1], images[1:]))
    return f"<article>\n{heading}{above}{html}{below}</article>\n"


def figure(address: str, alt: str) -> str:
    """An image inside of an article."""
    return f'<figure><img src="{escape(address)}" alt="{escape(alt)}"></figure>\n'

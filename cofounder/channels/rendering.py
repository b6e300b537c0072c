"""A draft becomes the exact bytes of one channel. Layout only: no word is added, dropped or changed.

Where links to the company's sites are tagged, the tags are in these bytes, so that they are approved with the text.
"""

from collections.abc import Callable

from cofounder.channels import blog, email, linkedin, threading
from cofounder.channels.counting import length
from cofounder.channels.layout import PLACEHOLDER, placeholders, social, tidy
from cofounder.channels.naming import canonical, is_thread
from cofounder.channels.rendered import Rendered
from cofounder.channels.rules import ChannelRules, rules
from cofounder.channels.tagging import Tags
from cofounder.models.brief import Draft

__all__ = ["PLACEHOLDER", "render"]

PART_BREAK = "\n\n---\n\n"


def render(channel: str, draft: Draft, tags: Tags | None = None) -> Rendered:
    """The draft as `channel` (any of its names) will carry it; the same draft and tags give the same bytes.

    Raises UnknownChannel.
    """
    name = canonical(channel)
    thread = name == "x" and (bool(draft.parts) or is_thread(channel))
    known = rules(channel, thread=thread)
    assert name is not None  # `rules` would have raised
    if thread:
        return _thread(name, draft, known, tags)
    return _RENDERERS.get(name, _text)(name, draft, known, tags)


def _text(name: str, draft: Draft, known: ChannelRules, tags: Tags | None) -> Rendered:
    body = tidy(draft.body) or "\n".join(tidy(part) for part in draft.parts)
    text = _tagged(social(body, draft.link, draft.hashtags), tags)
    if name == "outbox" and draft.title and not text.startswith(draft.title):
        text = f"{tidy(draft.title)}\n\n{text}"
    return Rendered(
        channel=name,
        text=text,
        plain=text,
        title=draft.title,
        hashtags=draft.hashtags,
        length=length(name, text),
        limit=known.limit,
        placeholders=placeholders(text),
    )


def _tagged(text: str, tags: Tags | None) -> str:
    return text if tags is None else tags.on(text, bare_names=True)


def _linkedin(name: str, draft: Draft, known: ChannelRules, tags: Tags | None) -> Rendered:
    made = _text(name, draft, known, tags)
    return made.model_copy(update={"api_text": linkedin.escape(made.text)})


def _thread(name: str, draft: Draft, known: ChannelRules, tags: Tags | None) -> Rendered:
    given = draft.parts or (threading.posts(draft.body, known.limit) if known.limit else [draft.body])
    parts = [tidy(part) for part in given if part.strip()] or [""]
    seen = "\n".join(parts)
    last = social(parts[-1], draft.link, draft.hashtags, seen=seen)
    if known.limit and length(name, last) > known.limit >= length(name, parts[-1]):
        parts.append(social("", draft.link, draft.hashtags, seen=seen))  # link and hashtags have no room in the last
    else:
        parts[-1] = last
    parts = [_tagged(part, tags) for part in parts]
    text = PART_BREAK.join(parts)
    return Rendered(
        channel=name,
        text=text,
        plain="\n\n".join(parts),
        parts=parts,
        hashtags=draft.hashtags,
        length=max(length(name, part) for part in parts),
        limit=known.limit,
        placeholders=placeholders(text),
    )


def _email(name: str, draft: Draft, known: ChannelRules, tags: Tags | None) -> Rendered:
    return email.render(draft, limit=known.limit, tags=tags)


def _blog(name: str, draft: Draft, known: ChannelRules, tags: Tags | None) -> Rendered:
    return blog.render(draft, limit=known.limit, tags=tags)


_RENDERERS: dict[str, Callable[[str, Draft, ChannelRules, Tags | None], Rendered]] = {
    "linkedin": _linkedin,
    "email": _email,
    "blog": _blog,
}

"""An e-mail as a complete message: the same draft gives the same bytes.

What differs per recipient or per sending stands as a placeholder ({{from}}, {{to}}, {{name}}, {{unsubscribe}}); Date and
Message-ID are set when it is sent (`complete`). The part boundary comes from the content's hash, not from chance.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

from cofounder.channels.images.schemas import Picture
from cofounder.channels.layout import PLACEHOLDER, placeholders, social, tidy
from cofounder.channels.rendered import Rendered
from cofounder.channels.tagging import Tags, found
from cofounder.models.brief import Draft

UNSUBSCRIBE = "{{unsubscribe}}"
_STYLE = "font-family:Georgia,serif;font-size:16px;line-height:1.5;max-width:36em;margin:0 auto;padding:1em"
_HIDDEN = "display:none;max-height:0;overflow:hidden"
_IMAGE = "display:block;max-width:100%;height:auto"
_SUBJECT_AT_MOST = 60


def render(draft: Draft, *, limit: int | None = None, tags: Tags | None = None) -> Rendered:
    """The whole message as `text` (.eml), its text part as `plain`, its HTML part as `html`.

    Tags stand in the text part's links, for there is nothing to put them under, and in HTML under the link's words.
    """
    subject = " ".join(tidy(draft.subject or draft.title or "").split()) or _first_words(draft.body)
    preheader = " ".join(tidy(draft.preheader or "").split()) or None
    body = social(tidy(draft.body), draft.link, [])
    if UNSUBSCRIBE not in body:
        body = f"{body}\n\n--\nUnsubscribe: {UNSUBSCRIBE}"
    html = _html(body, preheader, draft, tags)
    body = body if tags is None else tags.on(body)
    text = _message(subject, body, html).as_bytes().decode("ascii")
    return Rendered(
        channel="email",
        format="eml",
        text=text,
        plain=body,
        subject=subject or None,
        preheader=preheader,
        html=html,
        hashtags=draft.hashtags,
        length=len(body),
        limit=limit,
        placeholders=placeholders("{{from}} {{to}}", subject, preheader, body),
    )


def with_images(subject: str, body: str, html: str, images: Sequence[Picture]) -> str:
    """The whole message with its images above the text; their bytes are put in when it is sent (`complete`).

    Whoever reads only words finds their alt texts in the same place.
    """
    shown = "".join(f'<p><img src="cid:{one.cid}" alt="{escape(one.alt)}" style="{_IMAGE}"></p>\n' for one in images)
    said = "".join(f"[Image: {one.alt}]\n\n" for one in images)
    before, first, rest = html.partition("<p>")
    return _message(subject, f"{said}{body}", f"{before}{shown}{first}{rest}").as_bytes().decode("ascii")


def embed(message: EmailMessage, images: Mapping[str, tuple[Picture, bytes]]) -> None:
    """Put the bytes of images, by Content-ID, into a message whose HTML part names them."""
    part = message.get_body(("html",))
    if not images or not isinstance(part, EmailMessage):
        return
    for cid, (one, content) in images.items():
        part.add_related(
            content, maintype="image", subtype=one.type, cid=f"<{cid}>", filename=one.file, disposition="inline"
        )
    part.set_boundary("part-" + hashlib.sha256("\0".join(images).encode()).hexdigest()[:32])


def whole(text: str, images: Mapping[str, tuple[Picture, bytes]]) -> bytes:
    """The message as it was approved, its placeholders open, with the bytes of its images inside."""
    message = message_from_bytes(text.encode(), policy=SMTP)
    assert isinstance(message, EmailMessage)
    embed(message, images)
    return message.as_bytes()


def complete(
    text: str,
    values: Mapping[str, str],
    *,
    sent_at: datetime,
    message_id: str,
    images: Mapping[str, tuple[Picture, bytes]] | None = None,
) -> EmailMessage:
    """The message for one recipient: placeholders filled, Date and Message-ID set; List-Unsubscribe where given.

    `images` has the bytes of each image by its Content-ID. `values` has a word for each placeholder ("from", "to",
    "name", "unsubscribe", ...). Raises KeyError for one that is missing: a half-filled message must not leave the house.
    """
    template = message_from_bytes(text.encode(), policy=SMTP)
    assert isinstance(template, EmailMessage)
    plain, html = (template.get_body((kind,)) for kind in ("plain", "html"))
    heads = {name: _fill(str(template[name]), values) for name in ("From", "To", "Subject")}
    made = _message(
        heads["Subject"],
        _fill(_words(plain), values),
        _fill(_words(html), values, html=True),
        heads["From"],
        heads["To"],
    )
    embed(made, images or {})
    made["Date"] = format_datetime(sent_at)
    made["Message-ID"] = message_id
    if "list_unsubscribe" in values:
        made["List-Unsubscribe"] = values["list_unsubscribe"]
    return made


def _words(part: object) -> str:
    assert isinstance(part, EmailMessage)
    return str(part.get_content()).replace("\r\n", "\n").removesuffix("\n")


def _fill(text: str, values: Mapping[str, str], *, html: bool = False) -> str:
    def value(match: re.Match[str]) -> str:
        return escape(values[match.group(1)]) if html else values[match.group(1)]

    return PLACEHOLDER.sub(value, text)


def _first_words(body: str) -> str:
    """The start of the first line: a message needs a subject, and whoever approves it should see which."""
    made = ""
    for word in body.strip().split("\n", 1)[0].split():
        if len(made) + len(word) >= _SUBJECT_AT_MOST:
            break
        made = f"{made} {word}".strip()
    return made


def _message(subject: str, body: str, html: str, sender: str = "{{from}}", to: str = "{{to}}") -> EmailMessage:
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"], made["Subject"] = sender, to, subject
    made.set_content(body + "\n", cte="quoted-printable")
    made.add_alternative(html + "\n", subtype="html", cte="quoted-printable")
    made.set_boundary("part-" + hashlib.sha256(f"{subject}\0{body}\0{html}".encode()).hexdigest()[:32])
    return made


def _html(body: str, preheader: str | None, draft: Draft, tags: Tags | None) -> str:
    """The body as simple HTML: paragraphs, links, and the call to action as the link it asks to follow."""
    blocks = [_block(block, draft, tags) for block in re.split(r"\n\s*\n", body)]
    hidden = f'<div style="{_HIDDEN}">{escape(preheader)}</div>\n' if preheader else ""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"></head>\n'
        f'<body style="{_STYLE}">\n{hidden}' + "\n".join(blocks) + "\n</body></html>"
    )


def _block(block: str, draft: Draft, tags: Tags | None) -> str:
    ask = draft.call_to_action
    if ask and draft.link and ask in block:
        before, after = block.split(ask, 1)
        inner = f"{_inline(before, tags)}{_anchor(draft.link, ask, tags)}{_inline(after, tags)}"
    else:
        inner = _inline(block, tags)
    return f"<p>{inner}</p>"


def _inline(text: str, tags: Tags | None) -> str:
    made, last = [], 0
    for start, end, url in found(text):
        made += [escape(text[last:start], quote=False), _anchor(url, url, tags)]
        last = end
    done = "".join([*made, escape(text[last:], quote=False)]).replace("\n", "<br>\n")
    return done.replace(UNSUBSCRIBE, f'<a href="{UNSUBSCRIBE}">{UNSUBSCRIBE}</a>')


def _anchor(url: str, words: str, tags: Tags | None) -> str:
    return f'<a href="{escape(url if tags is None else tags.of(url))}">{escape(words)}</a>'

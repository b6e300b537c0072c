"""Publications: where each stands, and the evidence for one that nobody is sure of."""

from typing import TYPE_CHECKING

from rich.text import Text

from cofounder.cli import words
from cofounder.cli.views.journey import standing
from cofounder.cli.views.post import name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cofounder.flow.publish.schemas import PublicationDetail, PublicationOut

_FOLLOWS = {
    "resolve": "Say what became of it: cofounder task {} --resolve",
    "retry": "Send it now: cofounder task {} --retry",
    "posted": "When you have posted it: cofounder task {} --posted --url ADDRESS",
}


def published(found: "Sequence[PublicationOut]") -> list[Text]:
    """Each publication: channel, how it stands, where it is. Print the lines unwrapped: a path is copied whole."""
    lines: list[Text] = []
    for one in found:
        due = one.next_attempt_at or one.scheduled_at
        again = " again" if one.next_attempt_at else ""
        when = f"{again} for {words.moment(due)}" if one.state == "scheduled" and due else ""
        by = f" by {one.delivered_by}" if one.delivered_by != one.channel else ""
        lines.append(Text.assemble(_stands(one), when, f"  {name(one.channel)}", (by, "quiet")))
        lines += [Text(f"  {part}") for part in (one.url or one.external_id, one.note) if part]
        if one.posted:
            lines.append(Text(f"  Posted by hand {words.moment(one.posted.posted_at)} {one.posted.url or ''}".rstrip()))
        wanted = [action for action in one.actions if action in _FOLLOWS and not (action == "posted" and one.posted)]
        lines += [Text(f"  {_FOLLOWS[action].format(one.task_id)}") for action in wanted]
    return lines


def listed(found: "Sequence[PublicationOut]") -> list[Text]:
    """Each publication with the beginning of its text and its task."""
    lines: list[Text] = []
    for one in found:
        begins = _short(one.title or one.text)
        lines.append(Text.assemble(_stands(one), f"  {name(one.channel)}  ", (begins, "bold")))
        lines.append(Text(f"  cofounder task {one.task_id}"))
        lines += [Text(f"  {one.note}")] if one.note else []
    return lines


def evidence(one: "PublicationDetail") -> list[Text]:
    """What is on record about each recipient, and where to look."""
    head = Text.assemble("\n", _stands(one), f"  {name(one.channel)} by {one.delivered_by} as {one.account}")
    lines = [head]
    for delivery in one.deliveries:
        whom = f"to {delivery.recipient}, " if delivery.recipient else ""
        at = f"handed over {words.moment(delivery.begun_at)}" if delivery.begun_at else "never handed over"
        lines.append(Text.assemble("  ", (words.plain(delivery.state), "bold"), f": {whom}{at}"))
        if delivery.said:
            lines.append(Text(f"    It was said: {delivery.said}"))
        for post in delivery.posts:
            said = f"    {post.number}. {words.plain(post.state)}: {_short(post.text)}"
            lines.append(Text(f"{said} {post.url or ''}".rstrip()))
        if delivery.state in ("unknown", "not_sent"):
            lines.append(Text(f"    {delivery.where}"))
    return lines


def _stands(one: "PublicationOut") -> Text:
    """How it stands: what lies in the outbox is published nowhere until a person posts it."""
    waits = one.state == "published" and one.delivered_by == "outbox" and one.posted is None
    return standing(one.state, "Written to the outbox" if waits else None)


def _short(text: str) -> str:
    """The beginning of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:59].rstrip()}…"

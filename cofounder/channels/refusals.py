"""What a channel's sender would refuse of a text's words, to be said before anybody approves it."""

from cofounder.channels.rendered import Rendered
from cofounder.channels.senders.delivery import DeliveryRefused
from cofounder.channels.senders.nearby import check_links, check_markup

FILLED = ("from", "to", "name", "unsubscribe", "list_unsubscribe")  # what an e-mail's sender puts in place


def why(rendered: Rendered) -> str | None:
    """The reason in a sentence; None where it would be taken."""
    if rendered.channel == "email":
        unknown = [name for name in rendered.placeholders if name not in FILLED]
        listed = ", ".join(f"{{{{{name}}}}}" for name in unknown)
        if unknown:
            return f"Nothing is known to put in place of {listed}."
    try:
        _reach_readers(rendered)
    except DeliveryRefused as error:
        return error.detail
    return None


def _reach_readers(rendered: Rendered) -> None:
    """Raise DeliveryRefused for a link or an image that readers elsewhere cannot open. Who posts by hand sees to it."""
    if rendered.channel == "outbox":
        return
    if rendered.html is not None or rendered.format == "html":
        check_markup(rendered.html if rendered.html is not None else rendered.text)
    else:
        check_links(rendered.text)

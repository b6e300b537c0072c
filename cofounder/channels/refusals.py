"""What a channel's sender would refuse of a text's words, to be said before anybody approves it. Pure."""

from cofounder.channels.rendered import Rendered
from cofounder.channels.senders.delivery import DeliveryRefused
from cofounder.channels.senders.nearby import check_links

FILLED = ("from", "to", "name", "unsubscribe", "list_unsubscribe")  # what an e-mail's sender puts in place
_PUBLIC = ("linkedin", "x", "facebook")  # whose readers are anywhere


def why(rendered: Rendered) -> str | None:
    """The reason in a sentence; None where it would be taken."""
    if rendered.channel == "email":
        unknown = [name for name in rendered.placeholders if name not in FILLED]
        listed = ", ".join(f"{{{{{name}}}}}" for name in unknown)
        return f"Nothing is known to put in place of {listed}." if unknown else None
    if rendered.channel in _PUBLIC:
        try:
            check_links(rendered.text)
        except DeliveryRefused as error:
            return error.detail
    return None

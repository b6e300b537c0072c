"""One variant as its channel would show it: the channel's own preview in a frame."""

from typing import TYPE_CHECKING

from rich.box import ROUNDED
from rich.panel import Panel
from rich.text import Text

if TYPE_CHECKING:
    from cofounder.flow.approve.schemas import VariantOut

WIDTH = 80  # a preview's lines are 76 wide, however wide the terminal is
NAMES = {
    "linkedin": "LinkedIn",
    "x": "X",
    "twitter": "X",
    "facebook": "Facebook",
    "email": "E-mail",
    "blog": "Blog",
    "webhook": "Webhook",
    "outbox": "Outbox",
}
_FOLD = "…see more"
_LABELS = ("Subject:", "Preheader:")


def name(channel: str) -> str:
    """A channel's name as it writes itself."""
    return NAMES.get(channel, channel)


def post(variant: "VariantOut", *, company: str = "") -> Panel:
    """The text in a frame: the length as the channel counts it, who speaks, and where the channel folds the text."""
    head, _, rest = variant.preview.partition("\n")
    text = Text()
    if company and variant.subject is None and not variant.parts:
        text.append(company, style="bold")
        text.append(" · now\n\n", style="quiet")
    for line in rest.strip("\n").split("\n"):
        quiet = line.strip() == _FOLD or line.startswith(_LABELS)
        text.append(line + "\n", style="quiet" if line.strip() == _FOLD else "bold" if quiet else "")
    text.rstrip()
    return Panel(
        text,
        box=ROUNDED,
        title=Text(f" {head} ", style="bold"),
        title_align="left",
        border_style="quiet",
        width=WIDTH,
        padding=(1, 1),
    )

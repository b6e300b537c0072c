"""Tables without row lines: figures right, heads quiet."""

from rich.box import SIMPLE_HEAD
from rich.table import Table


def table(*heads: str, expand: bool = False) -> Table:
    """An empty table; a head that starts with ">" stands right and is not wrapped."""
    made = Table(
        box=SIMPLE_HEAD, header_style="quiet", border_style="quiet", pad_edge=False, padding=(0, 1), expand=expand
    )
    for head in heads:
        right = head.startswith(">")
        made.add_column(head.removeprefix(">"), justify="right" if right else "left", no_wrap=right)
    return made

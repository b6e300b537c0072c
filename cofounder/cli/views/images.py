"""A task's images as lines: number, form, where, words; and what a channel would not take."""

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from cofounder.cli import words
from cofounder.cli.views.grid import table
from cofounder.cli.views.post import name

if TYPE_CHECKING:
    from cofounder.flow.approve.schemas import ApprovalOut, ImageShown


def images(seen: "ApprovalOut") -> Group:
    """A table, then the problems."""
    if not seen.images:
        return Group(Text("No images go with these texts.", style="quiet"))
    listed = table(">N", "Image", "With", "Alt text")
    for number, one in enumerate(seen.images, 1):
        where = ", ".join(map(name, one.channels)) if one.channels else "every text"
        listed.add_row(Text(str(number)), Text(form(one)), Text(where), Text(one.alt))
    return Group(listed, *problems(seen))


def problems(seen: "ApprovalOut") -> list[RenderableType]:
    """What channels would not take, one line each."""
    found = [told for one in seen.channel_variants.values() for told in one.image_problems]
    return [Text.assemble(("◆ ", "you"), told) for told in found]


def form(one: "ImageShown") -> str:
    """Such as "JPEG, 1,200 x 800, 310 kB"."""
    moves = f", {words.of(one.frames, 'frame')}" if one.frames > 1 else ""
    return f"{one.type.upper()}, {one.width:,} x {one.height:,}, {max(one.bytes // 1_000, 1):,} kB{moves}"

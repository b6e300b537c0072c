"""Keep an image, attach images to a task, give their bytes."""

import asyncio
import re
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.channels.images import queries, reading
from cofounder.channels.images.errors import (
    AltTextMissing,
    AltTextUnfit,
    ImageMissing,
    ImageTooLarge,
    ImageTwice,
    ImageUnreadable,
)
from cofounder.channels.images.limits import MOST_ALT, MOST_BYTES
from cofounder.channels.images.schemas import Picture
from cofounder.channels.images.tables import ImageRow
from cofounder.channels.layout import PLACEHOLDER, tidy
from cofounder.kit import db
from cofounder.kit.blank import is_blank
from cofounder.kit.clock import now
from cofounder.kit.ids import new_id

__all__ = ["ImageRow", "Picture"]

_IN_MEMORY = 1_000_000


@dataclass(frozen=True)
class Wanted:
    """An image to attach: `channels` are canonical names, none for all; `field` is what an error names."""

    sha256: str
    alt: str
    channels: tuple[str, ...]
    field: str


@dataclass(frozen=True)
class Attached:
    picture: Picture
    channels: tuple[str, ...]  # none: all


async def read(chunks: AsyncIterator[bytes]) -> reading.Cleaned:
    """An upload as it comes, cleaned. Raises ImageUnreadable, ImageTooLarge."""
    size = 0
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        async for chunk in chunks:
            size += len(chunk)
            if size > MOST_BYTES:
                raise ImageTooLarge(f"It has more than {MOST_BYTES:,} bytes.", field="file")
            await asyncio.to_thread(file.write, chunk)
        if not size:
            raise ImageUnreadable("It is empty.", field="file")
        file.seek(0)
        return await asyncio.to_thread(reading.cleaned, file)


async def keep(session: AsyncSession, image: reading.Cleaned, *, by: str) -> ImageRow:
    """Store a cleaned image; the same bytes are stored once."""
    values = {
        "sha256": image.sha256,
        "type": image.type,
        "width": image.width,
        "height": image.height,
        "size": len(image.content),
        "frames": image.frames,
        "content": image.content,
        "by": by,
        "uploaded_at": now(),
    }
    await queries.put(session, values)
    row = await queries.one(session, image.sha256)
    assert row is not None  # written just now
    return row


async def get(session: AsyncSession, sha256: str) -> ImageRow:
    """What is known of an image; its bytes are not read. Raises ImageMissing."""
    found = await queries.one(session, sha256.lower())
    if found is None:
        raise ImageMissing(f"No image {sha256[:64]}.", field="image")
    return found


async def content(session: AsyncSession, sha256: str) -> bytes:
    """The bytes of an image. Raises ImageMissing."""
    found = await queries.content(session, sha256)
    if found is None:
        raise ImageMissing(f"No image {sha256[:64]}.", field="image")
    return found


async def content_of(picture: Picture) -> bytes:
    """The same in a session of its own, for a sender."""
    async with db.reading() as session:
        return await content(session, picture.sha256)


async def attached(session: AsyncSession, task_id: UUID) -> list[Attached]:
    """A task's images in order."""
    found = await queries.attached(session, task_id)
    return [Attached(picture(image, row.alt), tuple(row.channels)) for row, image in found]


def of_channel(images: Sequence[Attached], channel: str) -> list[Picture]:
    """Those that go with one channel's text."""
    return [one.picture for one in images if not one.channels or channel in one.channels]


async def attach(session: AsyncSession, task_id: UUID, wanted: Sequence[Wanted], *, by: str) -> None:
    """Let these be a task's images, in this order, in place of those that were.

    Raises ImageMissing, ImageTwice, AltTextMissing, AltTextUnfit; then nothing is changed, for the transaction ends.
    """
    alts = [_words(one) for one in wanted]
    known = await queries.held(session, [one.sha256.lower() for one in wanted])
    seen: set[str] = set()
    for one in wanted:
        sha256 = one.sha256.lower()
        if sha256 not in known:
            raise ImageMissing(f"No image {one.sha256[:64]}.", field=f"{one.field}.image")
        if sha256 in seen:
            raise ImageTwice(f"{one.sha256[:12]}… stands there twice.", field=f"{one.field}.image")
        seen.add(sha256)
    rows = [
        {
            "id": new_id(),
            "task_id": task_id,
            "sha256": one.sha256.lower(),
            "position": place,
            "alt": alt,
            "channels": list(one.channels),
            "by": by,
            "attached_at": now(),
        }
        for place, (one, alt) in enumerate(zip(wanted, alts, strict=True), 1)
    ]
    await queries.attach(session, task_id, rows)


def picture(image: ImageRow, alt: str) -> Picture:
    return Picture(
        sha256=image.sha256,
        type=image.type,
        width=image.width,
        height=image.height,
        bytes=image.size,
        frames=image.frames,
        alt=alt,
    )


_FILE = re.compile(r".*\.(png|jpe?g|gif|webp|heic|avif|tiff?|bmp|svg)", re.I)


def _words(wanted: Wanted) -> str:
    """The alt text on one line. Raises AltTextMissing, AltTextUnfit."""
    alt, field = " ".join(tidy(wanted.alt).split()), f"{wanted.field}.alt"
    if is_blank(alt):
        raise AltTextMissing(field=field)
    if len(alt) > MOST_ALT:
        raise AltTextUnfit(f"It has {len(alt):,} characters; {MOST_ALT:,} are the most.", field=field)
    if PLACEHOLDER.search(alt):
        raise AltTextUnfit("It holds a placeholder in {{ }}, which nobody fills in an alt text.", field=field)
    if _FILE.fullmatch(alt):
        raise AltTextUnfit(f'"{alt}" is the name of a file: say what the image shows.', field=field)
    return alt

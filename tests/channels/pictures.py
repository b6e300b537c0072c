"""Images as people have them, made of pixels here: what a camera writes beside them, and what is wrong with some."""

import io
import struct
import zlib
from typing import Any

from PIL import Image

from cofounder.channels.images import service
from cofounder.channels.images.reading import cleaned
from cofounder.channels.images.schemas import Picture
from cofounder.kit.db import transaction

PLACE = "48.2082N 16.3738E"  # where it was taken


def drawn(width: int = 64, height: int = 48, mode: str = "RGB", shift: int = 0) -> Image.Image:
    """Something to see: no two `shift`s look alike."""
    image = Image.new("RGB", (width, height))
    image.putdata(
        [
            ((x * 3 + shift * 40) % 256, (y * 5) % 256, (x + y + shift) % 256)
            for y in range(height)
            for x in range(width)
        ]
    )
    return image.convert(mode)


def written(image: Image.Image, form: str, **more: Any) -> bytes:
    made = io.BytesIO()
    image.save(made, form, **more)
    return made.getvalue()


def jpeg(width: int = 64, height: int = 48, shift: int = 0, *, orientation: int = 1) -> bytes:
    """As a camera writes it, with the place it was taken at."""
    exif = Image.Exif()
    exif[0x010E] = PLACE
    exif[0x0112] = orientation
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (48.0, 12.0, 29.5)
    return written(drawn(width, height, shift=shift), "JPEG", exif=exif.tobytes(), comment=PLACE.encode(), quality=90)


def png(width: int = 64, height: int = 48, shift: int = 0) -> bytes:
    return written(drawn(width, height, shift=shift), "PNG")


def gif(frames: int = 3) -> bytes:
    first, *rest = (drawn(shift=number) for number in range(frames))
    return written(first, "GIF", save_all=True, append_images=rest, duration=80, loop=0)


def huge_by_its_head(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is enormous."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


async def kept(content: bytes, alt: str = "A chart that rises.") -> Picture:
    """An image in the database, as its upload leaves it."""
    image = cleaned(io.BytesIO(content))
    async with transaction() as session:
        return service.picture(await service.keep(session, image, by="test"), alt)

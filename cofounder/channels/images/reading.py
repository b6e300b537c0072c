"""Bytes that somebody handed over become an image that can be kept: real type, honest size, nothing beside the picture.

Every image is written anew from its pixels. So what a camera notes (place, time, owner) is gone, and so is whatever
else was hidden in the file. A JPEG that need not be turned keeps the tables it was compressed with. Blocks: call it
from a thread.
"""

import hashlib
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from cofounder.channels.images.errors import ImageTooLarge, ImageUnreadable
from cofounder.channels.images.limits import LEAST_SIDE, MOST_BYTES, MOST_FRAMES, MOST_PIXELS, MOST_SIDE
from cofounder.channels.images.schemas import ImageType
from cofounder.kit.errors import CofounderError

if TYPE_CHECKING:  # most processes never read an image
    from PIL import Image

_TYPES: dict[str, ImageType] = {"JPEG": "jpeg", "MPO": "jpeg", "PNG": "png", "GIF": "gif", "WEBP": "webp"}
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
_ORIENTATION = 0x0112
_ONE_AT_A_TIME = threading.Semaphore(1)  # a large one takes hundreds of megabytes while it is read


@dataclass(frozen=True)
class Cleaned:
    """An image to keep."""

    content: bytes
    sha256: str
    type: ImageType
    width: int
    height: int
    frames: int


def cleaned(file: IO[bytes]) -> Cleaned:
    """The image in `file`, whole and clean. Raises ImageUnreadable, ImageTooLarge."""
    with _ONE_AT_A_TIME, _in_words():
        from PIL import Image

        with Image.open(file, formats=_FORMATS) as found:
            _check(found.width, found.height)
            kind = _TYPES[found.format or ""]
            frames = 1 if found.format == "MPO" else int(getattr(found, "n_frames", 1))
            if frames > MOST_FRAMES:
                raise ImageTooLarge(f"It moves for {frames:,} frames; {MOST_FRAMES} are taken.", field="file")
            width, height = found.size
            if frames == 1 and found.getexif().get(_ORIENTATION, 1) >= 5:  # it lies on its side
                width, height = height, width
            content = _moving(found, kind) if frames > 1 else _still(found, kind)
    if len(content) > MOST_BYTES:
        raise ImageTooLarge(f"Without what is not needed it still has {len(content):,} bytes.", field="file")
    return Cleaned(content, hashlib.sha256(content).hexdigest(), kind, width, height, frames)


def _check(width: int, height: int) -> None:
    """By what its first bytes say, before any pixel is read."""
    told = f"It is {width:,} by {height:,} pixels"
    if max(width, height) > MOST_SIDE:
        raise ImageTooLarge(f"{told}; no side may have more than {MOST_SIDE:,}.", field="file")
    if width * height > MOST_PIXELS:
        raise ImageTooLarge(f"{told}; {MOST_PIXELS:,} in all are taken.", field="file")
    if min(width, height) < LEAST_SIDE:
        raise ImageUnreadable(f"{told}; {LEAST_SIDE} a side is the least that anybody can see.", field="file")


def _still(found: "Image.Image", kind: ImageType) -> bytes:
    from PIL import ImageOps

    found.load()  # all of it: a file that was cut short ends here
    turned = found.getexif().get(_ORIENTATION, 1) != 1
    kept: dict[str, Any] = {"icc_profile": found.info.get("icc_profile")}
    image = ImageOps.exif_transpose(found) if turned else found
    as_it_was = kind == "jpeg" and not turned and found.format == "JPEG" and found.mode in ("L", "RGB")
    if kind == "jpeg":
        if image.mode not in ("L", "RGB"):  # CMYK of a printer's file, with a profile that no longer fits
            image, kept = image.convert("RGB"), {"icc_profile": None}
        kept |= {"quality": "keep"} if as_it_was else {"quality": 92, "subsampling": 0}
    elif kind == "png":
        kept |= {"transparency": image.info["transparency"]} if "transparency" in image.info else {}
    elif kind == "webp":
        kept |= {"quality": 92, "method": 4}
    image.info = {name: value for name, value in image.info.items() if name == "transparency"}
    made = io.BytesIO()
    image.save(made, kind.upper(), **{name: value for name, value in kept.items() if value is not None})
    return made.getvalue()


def _moving(found: "Image.Image", kind: ImageType) -> bytes:
    """Frame by frame, each as it is seen, with its time."""
    from PIL import ImageSequence

    if kind not in ("gif", "webp"):
        raise ImageUnreadable("It is a PNG that moves, which channels do not take.", field="file")
    loop = found.info.get("loop")
    frames, times, seen = [], [], 0
    for frame in ImageSequence.Iterator(found):
        seen += frame.width * frame.height
        if seen > MOST_PIXELS:
            raise ImageTooLarge(f"Its frames have more than {MOST_PIXELS:,} pixels together.", field="file")
        times.append(int(frame.info.get("duration", 100)))
        frames.append(frame.convert("RGBA"))
        frames[-1].info = {}
    made = io.BytesIO()
    more = {"loop": loop} if loop is not None else {}
    frames[0].save(made, kind.upper(), save_all=True, append_images=frames[1:], duration=times, disposal=2, **more)
    return made.getvalue()


@contextmanager
def _in_words() -> Iterator[None]:
    from PIL import Image, UnidentifiedImageError

    try:
        yield
    except CofounderError:
        raise
    except UnidentifiedImageError as error:
        raise ImageUnreadable("Its bytes are those of no JPEG, PNG, GIF or WebP.", field="file") from error
    except (Image.DecompressionBombError, MemoryError) as error:
        raise ImageTooLarge("It would unfold to far too many pixels.", field="file") from error
    except Exception as error:  # a broken file fails in its decoder, in whatever way
        told = " ".join(str(error).split())[:200] or type(error).__name__
        raise ImageUnreadable(f"It is broken or cut short: {told}.", field="file") from error

"""Images on their way to a channel: handed over one by one before the text, which is what is published.

An upload publishes nothing. So one that was refused means that nothing was posted, for good; one that is lost, late or
unanswered means that nothing was posted yet. Uploaded again, an image may lie at the channel twice; the post does not.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from cofounder.channels.images import limits
from cofounder.channels.images import service as images
from cofounder.channels.images.errors import ImageMissing
from cofounder.channels.images.schemas import Picture
from cofounder.channels.senders.delivery import Delivery, DeliveryDelayed, DeliveryLetGo, DeliveryRefused

T = TypeVar("T")


def check(delivery: Delivery, sender: str) -> None:
    """Raise DeliveryRefused where the channel would not take these images."""
    found = limits.breaches(delivery.channel, sender, delivery.images)
    if found:
        raise DeliveryRefused(" ".join(found))


async def uploaded(delivery: Delivery, upload: Callable[[Picture, bytes], Awaitable[T]]) -> list[T]:
    """What `upload` gives for each image, in order. Raises DeliveryRefused, DeliveryDelayed, saying which failed."""
    made = []
    for place, one in enumerate(delivery.images, 1):
        content = await content_of(one)
        try:
            made.append(await upload(one, content))
        except (DeliveryRefused, DeliveryDelayed) as error:
            raise _told(error, place, len(delivery.images)) from error
    return made


async def contents(pictures: Sequence[Picture]) -> list[tuple[Picture, bytes]]:
    """Each image with its bytes, in order. Raises DeliveryRefused."""
    return [(one, await content_of(one)) for one in pictures]


async def content_of(one: Picture) -> bytes:
    """The bytes of an image; before anything was sent. Raises DeliveryRefused; cancelled: DeliveryLetGo."""
    try:
        return await images.content_of(one)
    except ImageMissing as error:
        raise DeliveryRefused(f"The image {one.file} is no longer kept here.") from error
    except asyncio.CancelledError as stop:
        raise DeliveryLetGo from stop


def _told(error: DeliveryRefused | DeliveryDelayed, place: int, of: int) -> DeliveryRefused | DeliveryDelayed:
    which = f"Image {place} of {of}" if of > 1 else "The image"
    told = f"{which} could not be handed over, so nothing was posted: {error.detail}"
    again = type(error)(told)
    again.for_all = error.for_all
    if isinstance(again, DeliveryDelayed) and isinstance(error, DeliveryDelayed):
        again.until = error.until
    return again

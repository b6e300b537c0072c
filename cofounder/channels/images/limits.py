"""What images each channel takes, in one place, and what of a list of images it would not take. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from cofounder.channels.images.schemas import ImageType, Picture
from cofounder.kit.gate import IMAGE_BYTES

# What this product takes at all, whatever the channel.
MOST_BYTES = IMAGE_BYTES  # of one upload
MOST_PIXELS = 40_000_000  # of all frames together: 160 MB while they are read
MOST_SIDE = 12_000  # pixels
LEAST_SIDE = 32  # below that nobody sees anything
MOST_FRAMES = 250  # as LinkedIn says
MOST_ALT = 2_000  # characters
MOST_IMAGES = 20  # of one task

_ALL: tuple[ImageType, ...] = ("jpeg", "png", "gif", "webp")
_SPOKEN = {"jpeg": "JPEG", "png": "PNG", "gif": "GIF", "webp": "WebP"}


@dataclass(frozen=True)
class ImageRules:
    """The room that one way out gives to images of one text."""

    label: str
    count: int
    bytes: int  # of one image
    alt: int  # characters
    types: tuple[ImageType, ...] = _ALL
    moving: int = 0  # animated images beside others; none where it is 0
    moving_alone: bool = False  # an animated image goes only by itself
    pixels: int | None = None  # width times height
    side: int | None = None
    total: int | None = None  # bytes of all
    first_alt: int | None = None  # characters, where the first image has a place of its own


_RULES: dict[str, ImageRules] = {
    # learn.microsoft.com/linkedin/marketing: Images API (JPG, GIF, PNG; under 36,152,320 pixels; 250 frames), MultiImage
    # API (2 to 20), Posts API (altText up to 4,086). Bytes: LinkedIn's help names 5 MB for an image of a post.
    "linkedin": ImageRules(
        "LinkedIn", 20, 5_000_000, MOST_ALT, ("jpeg", "png", "gif"), moving_alone=True, pixels=36_152_319
    ),
    # docs.x.com, Media: 4 images of 5 MB; POST /2/media/upload takes JPEG, PNG and WebP at once. A GIF needs the
    # upload in pieces, which is not built. Alt text: 1,000 characters (POST /2/media/metadata).
    "x": ImageRules("X", 4, 5_000_000, 1_000, ("jpeg", "png", "webp"), side=8_192),
    # developers.facebook.com, Page Photos: JPEG, PNG, GIF, under 4 MB; attached_media holds 10. A GIF does not move
    # there. For alt_text_custom no limit is stated: 1,000 is ours.
    "facebook": ImageRules("Facebook", 10, 4_000_000, 1_000, ("jpeg", "png", "gif")),
    # Ours: Gmail and most others take 25 MB as sent, base64 adds a third, and Outlook shows no WebP.
    "email": ImageRules("E-mail", 5, 5_000_000, 1_000, ("jpeg", "png", "gif"), moving=5, total=15_000_000),
    # A site has its own limit of bytes (upload_max_filesize), and says so; WebP since WordPress 5.8.
    "wordpress": ImageRules("WordPress", 20, 10_000_000, MOST_ALT, moving=20),
    # Ghost's Admin API takes WEBP, JPEG, GIF, PNG; feature_image_alt holds 125 characters up to Ghost 5, 191 later.
    "ghost": ImageRules("Ghost", 20, 10_000_000, MOST_ALT, moving=20, first_alt=125),
    # Ours: the images travel inside of the signed JSON.
    "webhook": ImageRules("Webhook", 4, 5_000_000, MOST_ALT, moving=4, total=10_000_000),
    # Ours: files on this machine.
    "outbox": ImageRules("The outbox", MOST_IMAGES, MOST_BYTES, MOST_ALT, moving=MOST_IMAGES),
}


def rules(channel: str, sender: str) -> ImageRules:
    """Of a channel's text that goes by `sender`. An article's rules are those of its site; a text that a person will
    post by hand from the outbox has to fit its channel all the same."""
    return _RULES.get(sender if channel == "blog" else channel, _RULES["outbox"])


def breaches(channel: str, sender: str, pictures: Sequence[Picture]) -> list[str]:
    """What of these images this way would not take: a sentence each, naming channel, image and limit."""
    known = rules(channel, sender)
    found = []
    if len(pictures) > known.count:
        found.append(f"{known.label} takes {known.count} images with a text; there are {len(pictures)}.")
    for place, one in enumerate(pictures, 1):
        found += [f"{known.label} {told}" for told in _of_one(known, place, one)]
    moving = sum(one.frames > 1 for one in pictures)
    if moving and known.moving_alone and len(pictures) > 1:
        found.append(f"{known.label} takes an animated image only by itself; there are {len(pictures)} images.")
    total = sum(one.bytes for one in pictures)
    if known.total is not None and total > known.total:
        found.append(f"{known.label} takes {known.total:,} bytes of images with a text; there are {total:,}.")
    return found


def _of_one(known: ImageRules, place: int, one: Picture) -> list[str]:
    found = []
    if one.type not in known.types:
        takes = ", ".join(_SPOKEN[name] for name in known.types)
        found.append(f"takes {takes}; image {place} is a {_SPOKEN[one.type]}.")
    elif one.frames > 1 and not (known.moving or known.moving_alone):
        found.append(f"takes no animated images; image {place} has {one.frames} frames.")
    if one.bytes > known.bytes:
        found.append(f"takes images of {known.bytes:,} bytes; image {place} has {one.bytes:,}.")
    if known.pixels is not None and one.width * one.height > known.pixels:
        found.append(f"takes images of {known.pixels:,} pixels; image {place} has {one.width * one.height:,}.")
    if known.side is not None and max(one.width, one.height) > known.side:
        found.append(f"takes images of {known.side:,} pixels a side; image {place} is {one.width:,} by {one.height:,}.")
    most = known.first_alt if place == 1 and known.first_alt is not None else known.alt
    if len(one.alt) > most:
        found.append(f"takes alt texts of {most:,} characters; that of image {place} has {len(one.alt):,}.")
    return found

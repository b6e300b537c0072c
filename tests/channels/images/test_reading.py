"""What is kept of an image: its pixels. What is refused, and in which words."""

import io

import pytest
from PIL import Image, ImageChops, ImageStat

from cofounder.channels.images.errors import ImageTooLarge, ImageUnreadable
from cofounder.channels.images.reading import Cleaned, cleaned
from tests.channels.pictures import PLACE, drawn, gif, huge_by_its_head, jpeg, png, written


def kept(content: bytes) -> Cleaned:
    return cleaned(io.BytesIO(content))


def far(one: Image.Image, two: Image.Image) -> float:
    """The mean difference of two images, 0 to 255."""
    return max(ImageStat.Stat(ImageChops.difference(one.convert("RGB"), two.convert("RGB"))).mean)


def test_what_the_camera_wrote_beside_the_picture_is_gone_and_the_picture_stays() -> None:
    sent = jpeg()
    assert PLACE.encode() in sent
    image = kept(sent)
    found = Image.open(io.BytesIO(image.content))
    assert PLACE.encode() not in image.content
    assert (dict(found.getexif()), found.info.get("comment"), found.size) == ({}, None, (64, 48))
    assert far(found, Image.open(io.BytesIO(sent))) < 1
    assert image.sha256 == kept(sent).sha256


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_photo_that_lies_on_its_side_is_turned_and_says_its_own_size(orientation: int) -> None:
    from PIL import ImageOps

    sent = jpeg(80, 40, orientation=orientation)
    image = kept(sent)
    found = Image.open(io.BytesIO(image.content))
    assert (image.width, image.height) == found.size == ((40, 80) if orientation >= 5 else (80, 40))
    assert far(found, ImageOps.exif_transpose(Image.open(io.BytesIO(sent)))) < 6


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "1", "CMYK", "I;16"])
def test_every_way_of_writing_colours_is_kept_as_one_that_everybody_shows(mode: str) -> None:
    form = "JPEG" if mode == "CMYK" else "PNG"
    drawing = Image.new("I;16", (64, 48), 40_000) if mode == "I;16" else drawn(mode=mode)
    image = kept(written(drawing, form))
    found = Image.open(io.BytesIO(image.content))
    assert (image.type, found.size) == (form.lower(), (64, 48))
    assert found.mode != "CMYK"


def test_a_transparent_place_stays_transparent() -> None:
    drawing = drawn(mode="RGBA")
    drawing.putalpha(0)
    found = Image.open(io.BytesIO(kept(written(drawing, "PNG")).content))
    assert found.convert("RGBA").getpixel((5, 5))[3] == 0  # type: ignore[index]


def test_an_animation_keeps_its_frames_and_its_time() -> None:
    image = kept(gif(4))
    found = Image.open(io.BytesIO(image.content))
    assert (image.frames, found.n_frames, found.info["duration"], found.info["loop"]) == (4, 4, 80, 0)  # type: ignore[attr-defined]


def test_what_is_hidden_behind_the_picture_is_not_kept() -> None:
    image = kept(png() + b"<script>alert(1)</script>")
    assert b"<script" not in image.content


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<!doctype html><script>alert(1)</script>", "no JPEG, PNG, GIF or WebP"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"/>', "no JPEG, PNG, GIF or WebP"),
        (b"BM" + b"\0" * 200, "no JPEG, PNG, GIF or WebP"),
        (jpeg(400, 300)[:2_000], "cut short"),
        (png(400, 300)[:-600], "cut short"),
        (gif(3)[:900], "cut short"),
        (png(1, 1), "32 a side is the least"),
        (png(40, 20), "32 a side is the least"),
    ],
    ids=["html", "svg", "bmp", "half-a-jpeg", "half-a-png", "half-a-gif", "one-pixel", "a-line"],
)
def test_what_is_no_usable_image_is_refused_in_words(content: bytes, says: str) -> None:
    with pytest.raises(ImageUnreadable) as refused:
        kept(content)
    assert says in refused.value.detail
    assert refused.value.field == "file"


@pytest.mark.parametrize(
    ("width", "height", "says"), [(30_000, 40, "12,000"), (11_000, 11_000, "40,000,000"), (65_000, 65_000, "")]
)
def test_an_image_that_says_it_is_enormous_is_refused_before_it_unfolds(width: int, height: int, says: str) -> None:
    with pytest.raises(ImageTooLarge) as refused:
        kept(huge_by_its_head(width, height))
    assert says in refused.value.detail


def test_an_animation_of_too_many_frames_is_refused() -> None:
    with pytest.raises(ImageTooLarge):
        kept(gif(251))

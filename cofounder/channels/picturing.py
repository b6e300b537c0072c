"""A rendered text with its images: the same words, and the places where channels show them. Pure."""

from collections.abc import Sequence

from cofounder.channels import blog, email
from cofounder.channels.images.schemas import Picture
from cofounder.channels.rendered import Rendered


def with_images(rendered: Rendered, images: Sequence[Picture]) -> Rendered:
    """The text with these images in place of any that it had; with none it is what `render` made.

    Only `text` changes, and only where images stand inside of it: e-mail and article. `plain` and `html` stay words.
    """
    if list(images) == rendered.images:
        return rendered
    text = rendered.text
    if rendered.format == "eml":
        text = email.with_images(rendered.subject or "", rendered.plain, rendered.html or "", images)
    elif rendered.format == "html":
        text = blog.article(rendered.title, rendered.html or "", images)
    return rendered.model_copy(update={"images": list(images), "text": text})

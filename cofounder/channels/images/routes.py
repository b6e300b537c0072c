"""Hand an image over, and read it back."""

from typing import Annotated, Any

from fastapi import Path, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from cofounder.channels.images import service
from cofounder.channels.images.errors import ImageMissing, ImageTooLarge, ImageUnreadable
from cofounder.channels.images.schemas import ImageType
from cofounder.kit.db import transaction
from cofounder.kit.forms import SHA256
from cofounder.kit.http import Router, Session, documented
from cofounder.people import Approver, Viewer

router = Router(prefix="/api/images", tags=["approval"])
_RAW: dict[str, Any] = {
    "requestBody": {"required": True, "content": {f"image/{one}": {} for one in ("jpeg", "png", "gif", "webp")}}
}
_HELD: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {f"image/{one}": {} for one in ("jpeg", "png", "gif", "webp")},
        "description": "The image's bytes.",
    }
}
# Nothing in it is ever run or laid out as a page, whatever a browser would make of the bytes.
_GUARDED = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, max-age=31536000, immutable",
}


class ImageOut(BaseModel):
    """An image that is kept. `image` names it by its content: the SHA-256 of the bytes that are kept and sent."""

    image: str
    type: ImageType
    width: int
    height: int
    bytes: int = Field(description="As kept: without what a camera wrote beside the picture")
    frames: int = Field(description="More than one where it moves")
    url: str


@router.post("", openapi_extra=_RAW, responses=documented(ImageUnreadable, ImageTooLarge))
async def upload_image(request: Request, caller: Approver) -> ImageOut:
    """Hand an image over as the body's bytes: JPEG, PNG, GIF or WebP, found out by its bytes, never by its name.

    It is written anew from its pixels: what a camera noted, such as the place, is gone. The same image sent again is
    the same image. One that is attached to no task is removed after a day.
    """
    image = await service.read(request.stream())
    async with transaction() as session:
        row = await service.keep(session, image, by=caller.who)
        return ImageOut(
            image=row.sha256,
            type=row.type,
            width=row.width,
            height=row.height,
            bytes=row.size,
            frames=row.frames,
            url=address(row.sha256),
        )


@router.get("/{image}", response_class=Response, responses={**documented(ImageMissing), **_HELD})
async def get_image(
    image: Annotated[str, Path(pattern=SHA256)],
    session: Session,
    caller: Viewer,
) -> Response:
    """The bytes of an image, as they are sent."""
    row = await service.get(session, image)
    known = service.picture(row, "")
    named = {"Content-Disposition": f'attachment; filename="{known.file}"'}
    return Response(await service.content(session, image), media_type=known.mime, headers={**_GUARDED, **named})


def address(sha256: str) -> str:
    """Where the page finds an image."""
    return f"/api/images/{sha256}"

"""An image as it is approved: which bytes, in what form, and the words that stand for it."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

ImageType = Literal["jpeg", "png", "gif", "webp"]
_ENDINGS: dict[ImageType, str] = {"jpeg": "jpg", "png": "png", "gif": "gif", "webp": "webp"}


class Picture(BaseModel):
    """One image of a text. Part of what is fingerprinted: other bytes, words or another place are another text."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sha256: str  # of the bytes that are kept and sent, hex
    type: ImageType
    width: int  # pixels
    height: int
    bytes: int
    frames: int = 1  # more than one where it moves
    alt: str  # what a person who cannot see it hears

    @property
    def mime(self) -> str:
        return f"image/{self.type}"

    @property
    def file(self) -> str:
        """A name for it, the same for the same bytes."""
        return f"image-{self.sha256[:12]}.{_ENDINGS[self.type]}"

    @property
    def cid(self) -> str:
        """Its Content-ID inside of an e-mail."""
        return f"{self.sha256[:24]}@attached"

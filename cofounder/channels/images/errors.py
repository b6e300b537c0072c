"""What can be wrong with an image, or with how it is attached."""

from cofounder.kit.errors import CofounderError, InputInvalid, NotFound


class ImageUnreadable(InputInvalid):
    """This is no image that can be used."""

    hint = "Send a JPEG, PNG, GIF or WebP that opens in an image viewer; what it is called does not matter."


class ImageTooLarge(CofounderError):
    """The image is larger than is taken."""

    status = 413
    hint = "Make it smaller, say 2,000 pixels wide, and send it again."


class ImageMissing(NotFound):
    """There is no such image."""

    hint = "Upload it first: POST /api/images. An image that nothing uses is removed after a day."


class AltTextMissing(InputInvalid):
    """An image needs words that stand for it: people who cannot see it hear them, and they show where it does not load."""

    hint = "Say in a sentence what the image shows, such as “Bar chart: margins rose from 31% to 43% since March.”"


class AltTextUnfit(InputInvalid):
    """These words cannot stand for an image."""

    hint = "Write one or two plain sentences."


class ImageTwice(InputInvalid):
    """The same image is attached twice."""

    hint = "Name each image once; its channels can be several."


class ImagesUnfit(InputInvalid):
    """A channel would not take the images of its text."""

    hint = "Remove or shrink the image, leave it out of this channel, or leave the channel out."

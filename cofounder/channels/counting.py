"""How long a text is, as its channel counts.

X: 280 units; code points in the ranges 0-4351, 8192-8205, 8208-8223 and 8242-8247 weigh 1, all others 2; a link weighs
23 whatever its length, an emoji 2 whatever it is made of; the text is counted in NFC (twitter-text configuration v3).
What is a link there is in `linked`; many more bare names are than here.
LinkedIn and Facebook: UTF-16 units, which is what their own counters show. Everywhere else: code points.
"""

import re
import unicodedata

from cofounder.channels import linked
from cofounder.channels.naming import canonical

LINK_WEIGHT = 23
EMOJI_WEIGHT = 2

_PICTURE = (
    "[\U0001f000-\U0001f1e5\U0001f200-\U0001f3fa\U0001f400-\U0001faff"
    "\u2600-\u27bf\u2b00-\u2bff\u231a\u231b\u2328\u23cf-\u23fa\u25fe\u203c\u2049\u2934\u2935]"
)
_PICTURE_SHOWN = f"{_PICTURE}[\ufe0e\ufe0f]?[\U0001f3fb-\U0001f3ff]?"
EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}"  # flags
    "|[0-9#*]\ufe0f?\u20e3"  # keycaps
    f"|{_PICTURE_SHOWN}(?:[\U000e0020-\U000e007e]+\U000e007f)?(?:\u200d{_PICTURE_SHOWN})*"
    "|[\u00a9\u00ae\u2122\u2139\u2194-\u21aa]\ufe0f"
)
_TLD = (
    "com|org|net|io|co|ai|app|dev|edu|gov|info|biz|me|eu|uk|de|fr|it|es|nl|ch|at|us|ca|au|in|so|ly|blog|news|shop|tech"
)
LINK = re.compile(
    rf"https?://[^\s<>\"]*[^\s<>\".,;:!?)\]}}’”']"
    rf"|(?<![@\w.-])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:{_TLD})\b(?:/[^\s<>\"]*[^\s<>\".,;:!?)\]}}’”'])?",
    re.IGNORECASE,
)


def length(channel: str, text: str) -> int:
    """The length of one text as the channel counts it."""
    name = canonical(channel)
    if name == "x":
        return _weighted(text)
    if name in ("linkedin", "facebook"):
        return len(text.encode("utf-16-le", "surrogatepass")) // 2
    return len(text)


def _weighted(text: str) -> int:
    text = unicodedata.normalize("NFC", text)
    links = len(list(linked.links(text)))
    rest, pictures = EMOJI.subn("", linked.replaced(text, lambda link: ""))
    return LINK_WEIGHT * links + EMOJI_WEIGHT * pictures + sum(1 if _light(ord(sign)) else 2 for sign in rest)


def _light(point: int) -> bool:
    return point <= 4351 or 8192 <= point <= 8205 or 8208 <= point <= 8223 or 8242 <= point <= 8247

r"""LinkedIn's "little text": the posts API cuts a text silently at the first reserved character that is not escaped.

People see `text`; the API is sent `escape(text)`. A hashtag has a template of its own, {hashtag|\#|Word}, which shows
as "#Word" and links; everything else of | { } @ [ ] ( ) < > # \ * _ ~ gets a backslash.
"""

import re

RESERVED = r"\|{}@[]()<>#*_~"
_HASHTAG = re.compile(r"(?<![\w&#])#(?=\w*[^\W\d_])(\w+)")
_RESERVED = re.compile("[" + re.escape(RESERVED) + "]")
_ESCAPED = re.compile(r"\{hashtag\|\\#\|((?:\\.|[^{}|\\])+)\}|\\(.)", re.DOTALL)


def _plain(text: str) -> str:
    return _RESERVED.sub(lambda match: "\\" + match.group(), text)


def escape(text: str) -> str:
    """The text as the API wants it."""
    made, last = [], 0
    for match in _HASHTAG.finditer(text):
        made += [_plain(text[last : match.start()]), "{hashtag|\\#|", _plain(match.group(1)), "}"]
        last = match.end()
    return "".join([*made, _plain(text[last:])])


def unescape(api_text: str) -> str:
    """What people see of an escaped text; undoes `escape` exactly."""

    def shown(match: re.Match[str]) -> str:
        if match.group(1) is not None:
            return "#" + re.sub(r"\\(.)", r"\1", match.group(1))
        return match.group(2)

    return _ESCAPED.sub(shown, api_text)

"""Links, addresses, handles, hashtags, file names and quoted words: they are a person's own, and no sign of them is changed."""

import re
from itertools import count

_SITE = (
    r"(?:com|org|net|edu|gov|io|ai|app|dev|co|shop|store|blog|online|site|tech|cloud|agency|studio|news|info|biz|eu|uk|de|ch|fr|es|nl|be|se|dk|"
    r"fi|pl|cz|pt|ie|ca|au|nz|jp|cn|br|mx|sg|example|test)"
)
_FILE = r"(?:pdf|docx?|xlsx?|pptx?|csv|tsv|txt|md|html?|json|ya?ml|toml|xml|zip|png|jpe?g|gif|svg|webp|mp[34]|mov)"
_END = r"(?![\w@-])"
_HOST = rf"(?:[\w-]+\.)+(?:{_SITE}{_END}|[a-z]{{2,}}(?=/\w))"
_PATH = r"(?:[/?#][^\s<>\"')\]]*[^\s<>\"')\].,;:!?])?"
BARE = rf"(?<![\w@./:%+-]){_HOST}{_PATH}"  # larkfield.com, larkfield.example/demo
_SIGNS = r"(?:\([^\s()<>\"']*\)|[^\s<>\"')\]])"  # a bracket is of the link where it closes one within it
LINK = rf"\bhttps?://{_SIGNS}+|\bwww\.{_SIGNS}+"
ADDRESS = r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
_NAME = rf"(?<![\w@#])[@#]\w[\w.-]*\w|(?<![\w./-])[\w-]+(?:\.[\w-]+)*\.{_FILE}{_END}"
_QUOTED = r"\"[^\"\n]{1,200}\""
_OURS = re.compile("|".join((LINK, ADDRESS, BARE, _NAME)), re.I)
_ALL = re.compile("|".join((LINK, ADDRESS, BARE, _NAME, _QUOTED)), re.I)
# A full stop that ends a sentence: none within a number, a site's name or a file's.
STOP = rf"\.(?!\d|(?:[\w-]+\.)*(?:(?:{_SITE}|{_FILE}){_END}|[a-z]{{2,}}/\w))"
WITHIN = rf"\.(?=\d|(?:[\w-]+\.)*(?:(?:{_SITE}|{_FILE}){_END}|[a-z]{{2,}}/\w))"
_FIRST = 0xF0000  # signs nobody writes: each stands for one stretch while the rest is read


def spans(text: str) -> list[tuple[int, int]]:
    """Where links, addresses, handles, hashtags and file names stand."""
    return [match.span() for match in _OURS.finditer(text)]


def aside(text: str) -> tuple[str, dict[str, str]]:
    """The text with one sign for each stretch that must stay as it is, and what each sign stands for."""
    kept: dict[str, str] = {}
    free = (sign for sign in map(chr, count(_FIRST)) if sign not in text)

    def put(match: re.Match[str]) -> str:
        if len(match[0]) > 0.8 * len(text):  # the whole request stands in quotes
            return match[0]
        sign = next(free)
        kept[sign] = match[0]
        return sign

    return _ALL.sub(put, text), kept


def back(text: str, kept: dict[str, str]) -> str:
    """The text with what was set aside in its place again."""
    return "".join(kept.get(sign, sign) for sign in text) if kept else text


_NETWORK = re.compile(
    r"(?:www\.)?(?:x|twitter|linkedin|facebook|fb|instagram|tiktok|youtube|reddit|medium)\.com/?", re.I
)


def blanked(low: str) -> str:
    """The words alone: what stands in a link names no channel; a network's own address does."""
    for start, end in spans(low):
        if _NETWORK.fullmatch(low, start, end):
            continue
        low = low[:start] + " " * (end - start) + low[end:]
    return low

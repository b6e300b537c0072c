"""Which encoding a file of text is in: by its mark, by what is valid, else guessed, and then said to be. Pure."""

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Western text is the same in all of these but for the signs that Windows added
_WESTERN = frozenset(
    ("ascii", "latin_1", "iso8859_15", "cp1250", "cp1252", "cp1254", "mac_roman", "hp_roman8", "utf_8")
)
_NAMES = {
    "cp1252": "Windows-1252",
    "shift_jis": "Shift-JIS",
    "cp932": "Shift-JIS",
    "big5": "Big5",
    "gb18030": "GB 18030",
}
_MOST_UTF8 = 0.5  # of the lines with letters beyond ASCII: no text in an old encoding is valid UTF-8 by chance
_BYTES = 200_000  # of such lines that tell an old encoding


def guess_encoding(head: bytes) -> tuple[str, bool]:
    """(encoding, whether it is only the likeliest one). A few bad bytes do not make a file of UTF-8 another one."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name, False
    odd, even = head[1:4000:2].count(0), head[0:4000:2].count(0)
    if max(odd, even) > 200 and min(odd, even) < 20:  # before UTF-8, which plain letters with NUL between them are too
        return ("utf-16-le" if odd > even else "utf-16-be"), False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
        return "utf-8", False
    except UnicodeDecodeError:
        pass
    lines = [line for line in re.split(rb"[\r\n]+", head) if not line.isascii()]
    if sum(map(_is_utf8, lines)) >= _MOST_UTF8 * len(lines):
        return "utf-8", False
    return _likeliest(b"\n".join(lines)[:_BYTES]), True


def guessed(encoding: str) -> str:
    """What a person is told of an encoding that nothing proves."""
    called = _NAMES.get(encoding, encoding.replace("_", "-"))
    return f"It is read as {called}, which was guessed: where signs look wrong, name the encoding (--encoding)."


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _likeliest(lines: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(lines).best()
    return "cp1252" if best is None or best.encoding in _WESTERN else best.encoding

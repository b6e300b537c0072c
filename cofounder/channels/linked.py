"""Where X sees links in a text: the rules that it published as twitter-text, in one pass over the text. Pure.

A link is a host that ends as a top-level domain does, with or without http(s) before it, and the port, path and query
behind it. What has no ending that X knows is no link, also behind https. Without http(s) only a host in Latin letters
is one, and only where it stands apart from @, #, $ and what comes before.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files

_SPACE = "\t-\r \x85\xa0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_DIRECTION = "\u202a-\u202e\u061c\u200e\u200f\u2066-\u2069"
_NO_SIGN = "\ufffe\ufeff\uffff"
_PUNCTUATION = r"!'#%&()*+,\\/:;<=>?@\[\]^{|}~$"  # without . - and _, of which hosts are made too
_LATIN = (
    "\xc0-\xd6\xd8-\xf6\xf8-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272\u0289\u028b\u02bb"
    "\u0300-\u036f\u1e00-\u1eff"
)
_RUN = re.compile(rf"[^{_PUNCTUATION}{_SPACE}{_NO_SIGN}{_DIRECTION}]+")
_NOT_BEHIND = re.compile(rf"[A-Za-z0-9@\uff20$#\uff03{_NO_SIGN}]")  # a link does not begin right behind one of these
_SCHEME = re.compile(r"https?://\Z", re.IGNORECASE)
_PARTED = re.compile(r"[._-]+")
_LABEL = re.compile(r"[^._-](?:[^.]*[^._-])?")
_ASCII_ENDING = re.compile(r"[a-z0-9]+", re.IGNORECASE)
_CODED_ENDING = re.compile(r"xn--[a-z0-9-]+", re.IGNORECASE)
_GOES_ON = re.compile(r"[0-9a-z@+-]", re.IGNORECASE)  # behind an ending it is none
_LATIN_LABELS = re.compile(rf"(?:[a-z0-9{_LATIN}-]+\.)+", re.IGNORECASE)

_SIGN = rf"[a-z0-9\u0400-\u04ff!*';:=+,.$/%#\[\]\u2013_~@|&{_LATIN}-]"
_BRACKETS = rf"\((?:{_SIGN}+|{_SIGN}*\({_SIGN}+\){_SIGN}*)\)"
_LAST = rf"(?:[a-z0-9\u0400-\u04ff+=_#/{_LATIN}-]|{_BRACKETS})"
_PORT = re.compile(r":[0-9]+")
_PATH = re.compile(rf"/(?:(?:{_SIGN}|{_BRACKETS})*{_LAST}|(?:@{_SIGN}+/))*", re.IGNORECASE)
_QUERY = re.compile(r"\?[a-z0-9!?*'@();:&=+$/%#\[\]_.,~|-]*[a-z0-9_&=#/-]", re.IGNORECASE)
_SHORT = re.compile(r"https?://t\.co/([a-z0-9]+)", re.IGNORECASE)
_LONGEST = 4096
_LONGEST_LABEL = 63
_LONGEST_SHORT = 40  # of what names the address at t.co


@cache
def endings() -> frozenset[str]:
    """All top-level domains that X makes links of, in lower case."""
    lines = files("cofounder.channels").joinpath("endings.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def links(text: str) -> Iterator[tuple[int, int]]:
    """(start, end) of each link that X makes in a text, in its order."""
    done = 0
    for run in _RUN.finditer(text) if "." in text else ():
        found = _next(text, done, run.start(), run.end()) if "." in run.group() else None
        while found is not None:
            spans, done = found
            yield from spans
            found = _next(text, done, run.start(), run.end()) if done < run.end() else None


def replaced(text: str, by: Callable[[str], str]) -> str:
    """The text with something in place of each link."""
    made, last = [], 0
    for start, end in links(text):
        made += [text[last:start], by(text[start:end])]
        last = end
    return "".join([*made, text[last:]])


def _next(text: str, done: int, start: int, until: int) -> tuple[list[tuple[int, int]], int] | None:
    """The next links in a run of signs that hosts are made of, and up to where the text is read with them."""
    scheme = _SCHEME.search(text, max(done, start - 8), start)
    if scheme is not None and _apart(text, scheme.start(), done):
        last, _ = _host(text, start, until)
        if last is not None:
            return _whole(text, scheme.start(), last)
    if start == 0 == done and _apart(text, 1, 0):
        last, _ = _host(text, 1, until)  # X takes the first sign of a text for what stands before
        if last is not None:
            return _bare(text, 1, last)
    at = max(done + 1, start) if done or start else 0
    while at < until:
        if text[at] in "._-" or not _apart(text, at, done):
            at += 1
            continue
        last, at_next = _host(text, at, until)
        if last is not None:
            return _bare(text, at, last)
        at = at_next
    return None


def _apart(text: str, at: int, done: int) -> bool:
    """Whether a link may begin there: a sign that is no letter of a name stands between it and what was read."""
    return at == 0 or (at > done and not _NOT_BEHIND.match(text, at - 1))


def _whole(text: str, start: int, last: int) -> tuple[list[tuple[int, int]], int]:
    """The link that begins with http(s)."""
    end, _ = _behind(text, last)
    short = _SHORT.match(text, start)
    if short is not None:
        if len(short[1]) > _LONGEST_SHORT:
            return [], end
        asked = _QUERY.match(text, short.end())
        return [(start, asked.end() if asked else short.end())], end
    return ([(start, end)] if end - start <= _LONGEST else []), end


def _bare(text: str, start: int, last: int) -> tuple[list[tuple[int, int]], int]:
    """The links without http(s): the hosts in Latin letters, and to the last of them belongs the path."""
    end, has_path = _behind(text, last)
    found = [(start + one, start + two) for one, two in _latin(text[start:last])]
    if not found or text[max(start - 1, 0)] in "/._-" or end - start > _LONGEST:
        return [], end
    return [*found[:-1], (found[-1][0], end if has_path else found[-1][1])], end


def _latin(host: str) -> Iterator[tuple[int, int]]:
    """The hosts in Latin letters within a host."""
    at = 0
    while (labels := _LATIN_LABELS.search(host, at)) is not None:
        dots = (place for place in range(labels.end() - 1, labels.start(), -1) if host[place] == ".")
        end = next((end for end in (_ending(host, dot + 1, len(host)) for dot in dots) if end is not None), None)
        if end is not None:
            yield labels.start(), end
        at = end if end is not None else labels.end()


def _host(text: str, start: int, until: int) -> tuple[int | None, int]:
    """Where the longest host that begins here ends, None where none does; and where else one may begin then."""
    at, names = start, []
    while (label := _LABEL.match(text, at, until)) is not None and text[label.end() : label.end() + 1] == ".":
        names.append(label)
        at = label.end() + 1
    parted = _PARTED.search(text, at, until)
    other = parted.end() if parted else until
    for name in reversed(names):
        end = _ending(text, name.end() + 1, until) if name.end() - name.start() <= _LONGEST_LABEL else None
        if end is not None and "_" not in name.group():
            return end, other
        if end is not None:
            other = name.start() + name.group().rindex("_") + 1
    return None, max(other, start + 1)


def _ending(text: str, at: int, until: int) -> int | None:
    """Where the top-level domain that begins here, and lies before `until`, ends; None where none does."""
    coded = _CODED_ENDING.match(text, at, until)
    if coded is not None:
        return coded.end()
    plain = _ASCII_ENDING.match(text, at, until)
    if plain is not None and plain.group().lower() in endings():
        return None if _GOES_ON.match(text, plain.end()) else plain.end()
    for end in range(min(until, at + _at_most()), plain.end() if plain else at, -1):
        if text[at:end].lower() in endings() and not _GOES_ON.match(text, end):
            return end
    return None


@cache
def _at_most() -> int:
    return max(map(len, endings()))


def _behind(text: str, at: int) -> tuple[int, bool]:
    """Where port, path and query behind a host end, and whether there is a path."""
    port = _PORT.match(text, at)
    end = port.end() if port else at
    path = _PATH.match(text, end)
    end = path.end() if path else end
    asked = _QUERY.match(text, end)
    return (asked.end() if asked else end), path is not None

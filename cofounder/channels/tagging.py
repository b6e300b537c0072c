"""UTM tags on links to the company's own sites: its web analytics then know which text a visit came through. Pure.

Only what is missing is added: a tag that a person wrote stays. utm_content is a mark of ours, of the task and the
channel, by which the other three are known again; a text that is carried to another channel, or taken up in another
task, gets the tags of where it goes. Links elsewhere, words that only look like a site's name, and addresses that have
no certain end are left as they are.
"""

import base64
import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import unquote_plus, urlsplit
from uuid import UUID

MEDIUM = {
    "linkedin": "social",
    "x": "social",
    "facebook": "social",
    "email": "email",
    "blog": "referral",
    "webhook": "referral",
    "outbox": "referral",
}
_MARK = re.compile(r"cf-([a-z2-7]{10})-([a-z]+)")
_SLUG_AT_MOST = 32
_PLACEHOLDER = r"\{\{\s*[a-z_]+\s*\}\}"
_RUN = rf"(?:{_PLACEHOLDER}|[^\s<>\"{{}}|\\^`\[\]\x00-\x1f])+"
_START = re.compile(rf"https?://{_RUN}", re.IGNORECASE)
_START_OR_BARE = re.compile(rf"https?://{_RUN}|(?<![\w@./:%+-])(?:[\w-]+\.)+[\w-]{{2,}}/(?:{_RUN})?", re.IGNORECASE)
_PARTS = re.compile(r"((?:https?://)?([^/?#]*)[^?#]*)(?:\?([^#]*))?(#.*)?", re.IGNORECASE | re.DOTALL)
_AFTER = ".,;:!?'*"
_CERTAIN = 0x500  # where X ends a link


@dataclass(frozen=True)
class Tags:
    """What links to `sites` get. A site stands for itself and all below it: acme.com for shop.acme.com too."""

    sites: tuple[str, ...]
    source: str
    medium: str
    campaign: str
    content: str

    def on(self, text: str, *, bare_names: bool = False) -> str:
        """The text with its links to the company's sites tagged.

        `bare_names`: acme.com/prices too, which networks make a link of. Tagging twice is tagging once.
        """
        return _each(text, self.of, bare_names=bare_names)

    def of(self, url: str) -> str:
        """The address with the tags it lacks, where it is of one of the company's sites; else as it is."""
        cut = _PARTS.fullmatch(url)
        if cut is None or not self._own(cut[2]):
            return url
        kept = _others(cut[3] or "")
        there = {_name(pair) for pair in kept}
        wanted = (
            ("source", self.source),
            ("medium", self.medium),
            ("campaign", self.campaign),
            ("content", self.content),
        )
        added = [f"utm_{name}={value}" for name, value in wanted if f"utm_{name}" not in there]
        return _put(cut, [*(kept[:-1] if kept and not kept[-1] else kept), *added])

    def _own(self, authority: str) -> bool:
        host = _host(authority)
        return host is not None and any(host == site or host.endswith(f".{site}") for site in self.sites)


def tags(sites: tuple[str, ...], channel: str, task_id: UUID, title: str | None) -> Tags:
    """The tags of a task's links on a channel: the same task and channel give the same mark."""
    return Tags(
        sites=sites,
        source=channel,
        medium=MEDIUM[channel],
        campaign=f"{_slug(title or '')}-{code(task_id)[:6]}",
        content=mark(task_id, channel),
    )


def mark(task_id: UUID, channel: str) -> str:
    """What utm_content says of a task's links on a channel."""
    return f"cf-{code(task_id)}-{channel}"


def code_in(content: str) -> str:
    """The code of the task that a mark names; "" where it is no mark of ours."""
    named = _MARK.fullmatch(content)
    return named[1] if named else ""


def campaign_in(texts: Iterable[str | None], content: str) -> str | None:
    """The campaign that the links of this mark name in a text or its HTML; None where no link carries the mark."""
    for text in filter(None, texts):
        for _, _, url in found(unescape(text), bare_names=True):
            said = _said(_PARTS.fullmatch(url))
            if said.get("utm_content") == content:
                return said.get("utm_campaign")
    return None


def bare(text: str) -> str:
    """The text without the tags that were put on its links here."""
    return _each(text, _untagged, bare_names=True) if "utm_content=cf-" in text else text


def found(text: str, *, bare_names: bool = False) -> Iterator[tuple[int, int, str]]:
    """(start, end, address) of each link in a text, in its order, without the punctuation that follows it."""
    pattern, at = _START_OR_BARE if bare_names else _START, 0
    while (run := pattern.search(text, at)) is not None:
        url = _whole(run.group())
        at = run.start() + len(url) if url else run.end()
        if url:
            yield run.start(), at, url


def _host(authority: str) -> str | None:
    """The host in lower case and in ASCII, without its port and whoever signs in there; None where it is none."""
    try:
        named = (urlsplit(f"//{authority}").hostname or "").rstrip(".")
        return (named if named.isascii() else named.encode("idna").decode("ascii")).lower() or None
    except ValueError:  # of which UnicodeError is one
        return None


def code(task_id: UUID) -> str:
    """What a mark says of its task."""
    return base64.b32encode(hashlib.sha256(task_id.bytes).digest()).decode().lower()[:10]


def _slug(title: str) -> str:
    """Words of a title as an address writes them, cut at the end of a word."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    made = ""
    for word in re.findall(r"[a-z0-9]+", plain):
        longer = f"{made}-{word}" if made else word
        if len(longer) > _SLUG_AT_MOST:
            break
        made = longer
    return made or "text"


def _each(text: str, change: Callable[[str], str], *, bare_names: bool) -> str:
    made, last = [], 0
    for start, end, url in found(text, bare_names=bare_names):
        made += [text[last:start], change(url)]
        last = end
    return "".join([*made, text[last:]])


def _whole(run: str) -> str:
    """A run of signs cut to the link that begins it: "" where nobody can say where it ends."""
    run = _balanced(_until_mark(run)).rstrip(_AFTER)
    cut = _PARTS.fullmatch(run)
    if cut is None or not cut[2]:
        return ""
    rest = run[cut.end(2) :]
    # Letters of Chinese, Japanese or Korean right behind it are the next words more often than its path.
    return "" if any(ord(sign) >= _CERTAIN for sign in rest) else run


def _until_mark(run: str) -> str:
    """Up to the first sign beyond ASCII that is neither letter nor number: a dash, a quote, a full-width stop."""
    end = (at for at, sign in enumerate(run) if ord(sign) > 0x7F and unicodedata.category(sign)[0] not in "LMN")
    return run[: next(end, len(run))]


def _balanced(run: str) -> str:
    """Up to the bracket that closes one that was opened before the link."""
    depth = 0
    for at, sign in enumerate(run):
        depth += (sign == "(") - (sign == ")")
        if depth < 0:
            return run[:at]
    return run


def _name(pair: str) -> str:
    return unquote_plus(pair.partition("=")[0]).lower()


def _said(cut: "re.Match[str] | None") -> dict[str, str]:
    pairs = (cut[3] or "").split("&") if cut else []
    return {_name(pair): unquote_plus(pair.partition("=")[2]) for pair in pairs}


def _others(query: str) -> list[str]:
    """The pairs of a query without ours, as they are written."""
    pairs = query.split("&") if query else []
    ours = next((m for m in (_MARK.fullmatch(_value(p)) for p in pairs if _name(p) == "utm_content") if m), None)
    if ours is None:
        return pairs
    named, channel = ours.groups()
    known = {"utm_content": ours.group(), "utm_source": channel, "utm_medium": MEDIUM.get(channel, "")}
    return [
        pair
        for pair in pairs
        if not (
            known.get(_name(pair)) == _value(pair)
            or (_name(pair) == "utm_campaign" and _value(pair).endswith(f"-{named[:6]}"))
        )
    ]


def _value(pair: str) -> str:
    return unquote_plus(pair.partition("=")[2])


def _untagged(url: str) -> str:
    cut = _PARTS.fullmatch(url)
    if cut is None or cut[3] is None:
        return url
    kept = _others(cut[3])
    return url if len(kept) == len(cut[3].split("&")) else _put(cut, kept)


def _put(cut: "re.Match[str]", pairs: list[str]) -> str:
    return f"{cut[1]}{'?' if pairs else ''}{'&'.join(pairs)}{cut[4] or ''}"

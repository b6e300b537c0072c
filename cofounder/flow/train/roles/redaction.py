"""Personal data out of what leaves: each piece becomes a typed placeholder, the same piece the same one. Pure.

What counts as personal data is what the compliance detector finds; the raw example keeps it. The policy's version
carries a hash of the detector's own code, so a version made with an older detector says so.
"""

import hashlib
import json
import re
from collections import Counter
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from cofounder.flow.quality.detectors import personal_data
from cofounder.flow.train.roles import numbers

NONE = "none"
NAMES = {
    "email_address": "EMAIL",
    "iban": "IBAN",
    "card_number": "CARD",
    "national_id": "NATIONAL_ID",
    "ip_address": "IP",
    "birth_date": "BIRTH_DATE",
    "phone_number": "PHONE",
    "street_address": "ADDRESS",
    "private_fact": "PRIVATE_FACT",
}
_ROUNDS = 4  # what stood behind a piece may be one itself once that is gone
_ANYTHING = "REDACTED"
_SHORT, _OFTEN = 200, 2_000  # characters
# Times and ids that a structure has for itself, as a whole text or as one inside a document: no numbers of anybody.
_MOMENT = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d(?::?\d\d)?)?"
_UUID = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_OWN = re.compile(rf'(?:\A|(?<="))(?:{_MOMENT}|{_UUID})(?=\\*"|\Z)')
_ITSELF = re.compile(rf"(?:{_MOMENT}|{_UUID})\Z")
_PLACEHOLDER = re.compile(rf"\[({'|'.join(NAMES.values())})_(\d{{1,9}})\]")


@cache
def policy() -> str:
    """The name and version of what is taken out: "personal-data/1+" and a hash of the detector's code."""
    code = b"".join(Path(one).read_bytes() for one in (personal_data.__file__, __file__, numbers.__file__))
    return "personal-data/1+" + hashlib.sha256(code).hexdigest()[:12]


def _places(text: str) -> tuple[tuple[str, int, int], ...]:
    return _short(text) if len(text) <= _SHORT else _looked(text)


@lru_cache(maxsize=20_000)
def _short(text: str) -> tuple[tuple[str, int, int], ...]:
    """Names of tools, times and the like come again and again."""
    return _looked(text)


def _looked(text: str) -> tuple[tuple[str, int, int], ...]:
    if _ITSELF.match(text):
        return ()
    found = tuple(personal_data.spans(text))
    if not found:
        return found
    own = [one.span() for one in _OWN.finditer(text)]
    return tuple(one for one in found if not any(start <= one[1] and one[2] <= end for start, end in own))


@lru_cache(maxsize=2_000)
def _often(raw: str) -> bool:
    """Whether a short document is clean: what a channel usually brings, and the like, stand in many examples."""
    return _is_clean(from_json(raw), "")


def _is_clean(given: Any, name: str) -> bool:
    """Whether a value that is called so would come back as it is."""
    stack = [(name, given)]
    while stack:
        name, one = stack.pop()
        if isinstance(one, str):
            if _places(one):
                return False
        elif isinstance(one, dict):
            if not _named_cleanly(tuple(one)):
                return False
            stack += one.items()
        elif isinstance(one, list):
            stack += [(name, inner) for inner in one]
        elif one is not None and _somebodys(one, name) is not None:
            return False
    return True


@lru_cache(maxsize=4_000)
def _named_cleanly(names: tuple[str, ...]) -> bool:
    """Objects of one form have the same names."""
    return not any(map(_places, names))


def _somebodys(given: Any, name: str) -> tuple[str, str] | None:
    """(code, digits) of a number that is somebody's; None for figures and whatever else is no text."""
    number = numbers.digits(given)
    code = numbers.kind(name, number) if number is not None else None
    return None if code is None or number is None else (code, number)


class Redactor:
    """Takes personal data out of the texts of one example; `counts` says how many pieces of each type.

    `after`: what another took out before, of texts that stand in the same line; a piece keeps the placeholder it has there.
    """

    def __init__(self, after: "Redactor | None" = None) -> None:
        self._known: dict[tuple[str, str], str] = dict(after._known) if after else {}
        self._numbers: Counter[str] = Counter(after._numbers) if after else Counter()
        self.counts: Counter[str] = Counter(after.counts) if after else Counter()

    def beside(self, *given: str | None) -> None:
        """Number what is taken out from here on after the placeholders that these texts have already."""
        for one in given:
            for kind, number in _PLACEHOLDER.findall(one or ""):
                self._numbers[kind] = max(self._numbers[kind], int(number))

    def text(self, given: str) -> str:
        """The text with placeholders such as [EMAIL_1]; one that holds nothing comes back as it is."""
        self.beside(given)
        for _ in range(_ROUNDS):
            found = _places(given)
            if not found:
                return given
            given = self._without(given, found)
        while found := _places(given):  # whatever it takes: each round leaves fewer digits, at signs and words
            _, start, end = found[0]
            given = f"{given[:start]}[{_ANYTHING}]{given[end:]}"
            self.counts[_ANYTHING] += 1
        return given

    def _without(self, given: str, found: tuple[tuple[str, int, int], ...]) -> str:
        parts, at = [], 0
        for code, start, end in sorted(found, key=lambda one: one[1]):
            parts += [given[at:start], self._name(code, given[start:end])]
            at = end
        return "".join([*parts, given[at:]])

    def _name(self, code: str, piece: str) -> str:
        kind = NAMES.get(code, code.upper())
        self.counts[kind] += 1
        key = (kind, "".join(personal_data.spelt(piece).casefold().split()))
        if key not in self._known:
            self._numbers[kind] += 1
            self._known[key] = f"[{kind}_{self._numbers[kind]}]"
        return self._known[key]

    def held(self, line: bytes) -> dict[str, int]:
        """How many placeholders of each type a line has."""
        found: Counter[str] = Counter()
        if self.counts:
            names = {(kind, name) for (kind, _), name in self._known.items()} | {(_ANYTHING, f"[{_ANYTHING}]")}
            for kind, name in names:
                found[kind] += line.count(name.encode())
        return dict(+found)

    def document(self, raw: str) -> str:
        """The same for every text in a JSON document, its names too; without any, the very same document."""
        self.beside(raw)
        if _often(raw) if len(raw) <= _OFTEN else _is_clean(from_json(raw), ""):
            return raw
        return json.dumps(self.value(from_json(raw)), ensure_ascii=False)

    def value(self, given: Any, name: str = "") -> Any:
        """The same for every text inside lists and objects, and for numbers that are somebody's; figures stay numbers.

        `name`: what it is called, where it stands in an object.
        """
        if isinstance(given, str):
            return self.text(given)
        if isinstance(given, dict):
            return {self.text(inner): self.value(one, inner) for inner, one in given.items()}
        if isinstance(given, list):
            return [self.value(inner, name) for inner in given]
        found = _somebodys(given, name)
        return given if found is None else self._name(*found)


def left_in(messages: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """(code, piece) of all that the detector still finds in messages; an answer that is JSON is read as such."""
    found: list[tuple[str, str]] = []
    stack: list[tuple[str, Any]] = [("", one["content"]) for one in messages]
    while stack:
        name, one = stack.pop()
        if isinstance(one, str):
            inner = _document(one)
            if inner is None:
                found += [(code, one[start:end]) for code, start, end in _places(one)]
            else:
                stack.append(("", inner))
        elif isinstance(one, dict):
            stack += [*(("", inner) for inner in one), *one.items()]
        elif isinstance(one, list):
            stack += [(name, inner) for inner in one]
        elif (piece := _somebodys(one, name)) is not None:
            found.append(piece)
    return found


def _document(text: str) -> Any:
    """The object or list that a text is as JSON, None where it is neither."""
    if text[:1] not in "{[":
        return None
    try:
        found = from_json(text)
    except ValueError:
        return None
    return found if isinstance(found, dict | list) else None

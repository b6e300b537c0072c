"""Personal data: addresses, numbers and private facts that must not be published by accident.

Numbers count only when they check out: cards by Luhn (ISO/IEC 7812) and issuer range, IBANs by their country's length and
remainder (ISO 13616), SSNs by the ranges that were ever issued. Recall and precision are measured in bench/compliance.py.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from cofounder.flow.quality.detectors.context import Context, finding
from cofounder.flow.quality.schemas import Finding, Severity

_UNSEEN = re.compile("[\u00ad\u180e\u200b-\u200f\u2060-\u2064\ufeff]")  # signs of no width, which a reader passes over
_AT = r"(?:[@\uff20\ufe6b]|\s?[(\[{]\s?at\s?[)\]}]\s?)"
_DOT = r"(?:\.|\s?[(\[{]\s?dot\s?[)\]}]\s?)"
_EMAIL = re.compile(rf"(?<![\w.+-])[\w.+%-]+{_AT}(?:[\w-]+{_DOT})+[a-z]{{2,}}\b", re.IGNORECASE)
_ROLE = re.compile(
    r"^(?:info|hello|hi|contact|support|help|sales|press|media|team|office|jobs|careers|billing|privacy|legal|news|newsletter|"
    r"no-?reply|admin|marketing|feedback|service|security|partners?)@",
    re.IGNORECASE,
)
_EXAMPLE = re.compile(r"@(?:example|test|invalid|localhost)\b|@example\.", re.IGNORECASE)
_CARD = re.compile(r"(?<![\d.-])(?:\d[ -]?){12,18}\d(?![\d-]|\.\d)")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b", re.IGNORECASE)
_IBAN_LENGTH = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "CH": 21, "CR": 22,
    "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23,
    "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IS": 26, "IT": 27, "KW": 30, "KZ": 20, "LB": 28, "LI": 21, "LT": 20,
    "LU": 20, "LV": 21, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "QA": 29,
    "RO": 24, "RS": 22, "SA": 24, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "XK": 20,
}  # fmt: skip
_SSN = re.compile(r"(?<![\d-])(?!000|666|9\d\d)\d{3}([- ])(?!00)\d{2}\1(?!0000)\d{4}(?![\d-])")
_SSN_BARE = re.compile(r"\b(?:ssn|social security(?: number| no\.?)?)\b\D{0,12}(\d{9})\b", re.IGNORECASE)
_PHONE = re.compile(
    r"(?<![\w$€£/+-])(?<!\d[.,])(?:"
    r"\+\d{1,3}[ .-]?(?:\(?\d{1,4}\)?[ .-]?){1,5}\d{2,4}"  # international
    r"|00\d{1,3}[ .-](?:\(?\d{1,4}\)?[ .-]?){1,5}\d{2,4}"
    r"|\(\d{2,5}\)[ .-]?\d{2,4}(?:[ .-]\d{2,4}){0,3}"  # (978) 645-9740
    r"|(?:1[ .-])?\d{3}[ .-]\d{3}[ .-]\d{4}|\d{3}[.-]\d{4}"
    r"|\d{2}(?:[ .-]\d{2}){3,4}"  # 50-98-28-96
    r"|0\d{1,4}[ .-]\d{2,8}(?:[ .-]\d{2,4}){0,4}|\d{2}[- ]\d{8}|0\d{2}(?:[ ]\d{2,4}){2,4}"
    r")(?:\s?(?:x|ext\.?)\s?\d{1,6})?(?![\w%]|[.,-]\d)"
)
_PHONE_WORD = re.compile(
    r"\b(?:phone|tel(?:ephone)?|call|mobile|cell|fax|text me|whatsapp|reach (?:me|us)|answering at|number is)\b\W*(?:\w+\W+){0,4}?(\+?\(?\d[\d ().-]{5,17}\d)",
    re.IGNORECASE,
)
_DATE_LIKE = re.compile(
    r"\d{1,2}[./ -]\d{1,2}[./ -]\d{2,4}|\d{4}[./-]\d{1,2}[./-]\d{1,2}|(?:19|20)\d\d[ –-]+(?:19|20)\d\d"
)
_STREET = (
    r"(?:street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|place|pl|square|sq|way|terrace|parkway|pkwy|"
    r"highway|hwy|close|crescent|gardens?|grove|circle|trail|alley|mews|walk)"
)
_NO_STREET = (
    "the|a|an|of|to|that|is|in|on|at|you|your|our|and|for|who|things|ways|reasons|times|people|years|days|minutes|per"
)
_ADDRESS = [
    re.compile(
        rf"\b\d{{1,5}}[a-z]?,? (?:(?:north|south|east|west|[nsew])\.? )?(?:(?!(?:{_NO_STREET})\b)[\w.'’-]+ ){{1,3}}?{_STREET}\b\.?(?: (?:suite|apt\.?|unit|#) ?\w+)?",
        re.I,
    ),
    re.compile(
        r"\b[A-ZÄÖÜ][\wäöüß-]*(?:straße|strasse|str\.|weg|gasse|allee|platz|straat|laan|plein|gade|vej|gatan|vägen|katu) \d{1,4}\s?[a-z]?\b"
    ),
    re.compile(
        r"\b\d{1,4}[a-z]?,? (?:rue|avenue|boulevard|place|via|viale|piazza|calle|avenida|rua|chemin|allée|camino|camiño) (?:[\w'’.-]+ ?){1,4}",
        re.I,
    ),
    re.compile(
        r"\b(?:rue|via|viale|piazza|calle|avenida|rua|ulica|ul\.|rúa|c/|camino|camiño|paseo) (?:[A-ZÀ-Ž][\w'’.-]*,? ){1,4}\d{1,4}\b"
    ),
    re.compile(r"\b(?:suite|apt\.?|apartment|unit) #?\d{2,5}(?: box \d+)?\b", re.I),
    re.compile(r"\b(?:p\.? ?o\.? box|postfach|apartado) \d+\b", re.I),
]
_IP4 = re.compile(r"(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w-]|\.\d)")
_IP6 = re.compile(r"(?<![\w:])(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}(?![\w:])", re.IGNORECASE)
_PERSON = r"(?:(?:Mr|Mrs|Ms|Miss|Dr|Prof)\.? )?[A-Z][a-zà-ž]+(?: (?:van |de |von |der |la )*[A-Z][a-zà-ž'’-]+){1,2}"
_PRIVATE_WORDS = (
    r"(?:salary|wage|earns?|diagnos\w+|cancer|depression|pregnan\w+|divorc\w+|bankrupt\w*|sick leave|illness|disability|"
    r"home address|date of birth|birthday|born on|religion|muslim|jewish|catholic|gay|lesbian|union member|criminal|arrested|convicted|"
    r"passport|drug|alcohol|therapy|therapist|medication|surgery|fired|laid off|debts?)"
)
_PRIVATE = re.compile(
    rf"\b(?P<who>{_PERSON})(?:['’]s|,? (?:\(?(?:aged? )?\d\d\)?,? )?(?:who )?(?:is|was|has|had|earns?|earned|lives?|lived|suffers?|makes?|got))"
    rf"[^.!?\n]{{0,40}}?\b{_PRIVATE_WORDS}\b"
)
_BORN = re.compile(
    r"\b(?:born(?: on)?|d\.?o\.?b\.?:?|date of birth:?|birthday(?: is)?:?)\s+(?:\d{1,2}[./ -]\w+[./ -]\d{2,4}|[A-Z][a-z]+ \d{1,2},? \d{4}|\d{4}-\d\d-\d\d)",
    re.I,
)


# What a text has to have for a kind to be looked for at all: most have none of it, and each of these is found fast.
_DIGIT, _AT_SIGN = re.compile(r"\d"), re.compile("[@\uff20\ufe6b([{]")
_MANY = re.compile(
    r"\d(?:(?:[ .()-]*|\s?(?:x|ext\.?)\s?)\d){6}"
)  # digits, with what may stand between those of one number
_BEFORE, _AFTER = re.compile(r"\d\w?,? [\w.'’-]"), re.compile(r"\s#?\d")  # a number before a word, or after a blank
_NAMED = re.compile(r"[A-Z][a-zà-ž]+ (?:van |de |von |der |la )*[A-Z]")


def find(text: str, context: Context) -> list[Finding]:
    """Personal data with its place; the excerpt is masked, so that a finding does not repeat what it warns of."""
    found: list[Finding] = []
    for code, severity, what, (start, end) in _found(text):
        weight: Severity = "info" if code == "email_address" and _ROLE.match(spelt(text[start:end])) else severity
        found.append(
            finding(
                "personal_data",
                code,
                weight,
                f"It shows {what}." if weight != "info" else "It shows a shared mailbox.",
                "Take it out unless that person agreed to have it published."
                if weight != "info"
                else "Nothing, if it is yours.",
                span=(start, end),
                excerpt=masked(text[start:end]),
            )
        )
    return found


def spans(text: str) -> list[tuple[str, int, int]]:
    """(code, start, end) of all that `find` would report, without the words about it; most texts hold nothing, fast."""
    return [(code, start, end) for code, _, _, (start, end) in _found(text)]


def spelt(piece: str) -> str:
    """A piece as it is meant: without signs of no width, an address with its at sign and dots."""
    seen = _UNSEEN.sub("", piece)
    return re.sub(_DOT, ".", re.sub(_AT, "@", seen, flags=re.IGNORECASE), flags=re.IGNORECASE)


def _found(text: str) -> Iterable[tuple[str, Severity, str, tuple[int, int]]]:
    """Each kind's places, none of which overlaps one of a kind before it; signs of no width hide nothing."""
    if text.isascii() or not _UNSEEN.search(text):
        return _seen(text)
    return _unhidden(text)


def _unhidden(text: str) -> Iterator[tuple[str, Severity, str, tuple[int, int]]]:
    kept = [place for place, sign in enumerate(text) if not _UNSEEN.match(sign)]
    for code, severity, what, (start, end) in _seen("".join(text[place] for place in kept)):
        yield code, severity, what, (kept[start], kept[end - 1] + 1)


def _seen(text: str) -> list[tuple[str, Severity, str, tuple[int, int]]]:
    found: list[tuple[str, Severity, str, tuple[int, int]]] = []
    there = signs(text)
    if not there:
        return found
    for needed, code, severity, what, places in KINDS:
        if needed in there:
            for start, end in places(text):
                if not any(start < b and a < end for *_, (a, b) in found):
                    found.append((code, severity, what, (start, end)))
    return found


def signs(text: str) -> set[str]:
    """What of all that some kind needs a text has."""
    found = set()
    if _AT_SIGN.search(text):
        found.add("at")
    if _NAMED.search(text):
        found.add("named")
    if text.count(":") >= 7:
        found.add("address")
    if not _DIGIT.search(text):
        return found
    found.add("digit")
    if text.count(".") >= 3:
        found.add("address")
    if _MANY.search(text):
        found.add("many")
    if _BEFORE.search(text):
        found.add("place")
    if _AFTER.search(text):
        found |= {"after", "place"}
    return found


def masked(words: str) -> str:
    """The first and last sign, with the digits and letters between them hidden."""
    if len(words) < 4:
        return "•" * len(words)
    return words[0] + re.sub(r"\w", "•", words[1:-1]) + words[-1]


def luhn(digits: str) -> bool:
    """Whether a card number's check digit fits (ISO/IEC 7812-1)."""
    total = 0
    for place, sign in enumerate(reversed(digits)):
        number = int(sign) * (2 if place % 2 else 1)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


def iban_fits(number: str) -> bool:
    """Whether an IBAN has its country's length and leaves 1 modulo 97 (ISO 13616-1)."""
    number = number.replace(" ", "").upper()
    if len(number) != _IBAN_LENGTH.get(number[:2], 0):
        return False
    moved = number[4:] + number[:4]
    return int("".join(str(int(sign, 36)) for sign in moved)) % 97 == 1


def _all(*patterns: re.Pattern[str]) -> Callable[[str], list[tuple[int, int]]]:
    return lambda text: [_trimmed(text, *match.span()) for pattern in patterns for match in pattern.finditer(text)]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while end > start and text[end - 1] in " ,;\n":
        end -= 1
    return start, end


def _emails(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in _EMAIL.finditer(text) if not _EXAMPLE.search(spelt(match.group()))]


def _cards(text: str) -> list[tuple[int, int]]:
    found = []
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if 12 <= len(digits) <= 19 and digits[0] in "3456" and len(set(digits)) > 1 and luhn(digits):
            found.append(match.span())
    return found


def _ibans(text: str) -> list[tuple[int, int]]:
    found = []
    for match in _IBAN.finditer(text):
        size = _IBAN_LENGTH.get(match.group()[:2].upper())
        if size is None:
            continue
        end, count = match.start(), 0
        while count < size and end < match.end():
            count += text[end] != " "
            end += 1
        if iban_fits(text[match.start() : end]):
            found.append((match.start(), end))
    return found


def _ssns(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in _SSN.finditer(text)] + [match.span(1) for match in _SSN_BARE.finditer(text)]


def _phones(text: str) -> list[tuple[int, int]]:
    found = []
    for match in _PHONE.finditer(text):
        digits = sum(sign.isdigit() for sign in match.group())
        if 7 <= digits <= 20 and not _DATE_LIKE.fullmatch(match.group()):
            found.append(match.span())
    for match in _PHONE_WORD.finditer(text):
        if sum(sign.isdigit() for sign in match.group(1)) >= 7 and not _DATE_LIKE.fullmatch(match.group(1)):
            found.append(match.span(1))
    return found


KINDS: list[tuple[str, str, Severity, str, Callable[[str], list[tuple[int, int]]]]] = [
    ("at", "email_address", "major", "a person's e-mail address", _emails),
    ("digit", "iban", "blocking", "a bank account number (IBAN)", _ibans),
    ("many", "card_number", "blocking", "a payment card number", _cards),
    ("many", "national_id", "blocking", "a number like a US social security number", _ssns),
    ("address", "ip_address", "minor", "an IP address", _all(_IP4, _IP6)),
    ("after", "birth_date", "major", "a person's date of birth", _all(_BORN)),
    ("many", "phone_number", "major", "a telephone number", _phones),
    ("place", "street_address", "major", "a street address", _all(*_ADDRESS)),
    ("named", "private_fact", "major", "a private fact about a named person", _all(_PRIVATE)),
]

"""Whether a text shows anything to a reader."""

import unicodedata

# Letters and symbols by their category that are nevertheless drawn as nothing.
_UNSEEN = frozenset("\u115f\u1160\u2800\u3164\uffa0\u034f\u17b4\u17b5")


def is_blank(text: str) -> bool:
    """No letter, digit, sign or symbol that is seen: only spaces, control and format characters, and fillers."""
    return all(
        character in _UNSEEN or unicodedata.category(character)[0] in "ZC" or _selects_variant(character)
        for character in text
    )


def unseen(text: str) -> str | None:
    """The first control or format character: it is drawn as nothing, or turns the direction of what follows."""
    return next((one for one in text if unicodedata.category(one) in ("Cc", "Cf")), None)


def _selects_variant(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"

"""What counts as a word of a request when it is looked for: letters and digits; every other sign only parts them.

Pure. PostgreSQL's own reader takes an e-mail address, a host name or a hyphenated word as one word, so `example.com`
would not find `anna@example.com`. It also takes every sign beyond ASCII for a letter where the database's locale is C.
"""

import re

LONGEST = 100_000
"""Characters of a request that are looked through."""

# Between and around words: ASCII and Latin-1 signs, dashes, quotes, currencies, arrows and symbols, the signs of Chinese and
# Japanese, their wide forms of the ASCII ones, and pictures. Written with escapes that Python and PostgreSQL read alike.
APART = (
    r"[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b8\u00bb\u00bf\u00d7\u00f7"
    r"\u2000-\u206f\u20a0-\u20cf\u2190-\u2bff\u3000-\u3004\u3008-\u3020\u3030\ufe00-\ufe0f\ufeff"
    r"\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\U0001f000-\U0001faff]+"
)
_APART = re.compile(APART)


def words(asked: str) -> list[str]:
    """The words that are asked for, in their order."""
    return _APART.sub(" ", asked).split()


def together(asked: str) -> list[str]:
    """Of what stands between blanks, that which has several words: they must follow each other as they do there."""
    return [" ".join(parts) for parts in map(words, asked.split()) if len(parts) > 1]

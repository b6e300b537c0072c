"""What counts as a word of a request when it is looked for: letters and digits; every other sign only parts them.

Pure. PostgreSQL's own reader takes an e-mail address, a host name or a hyphenated word as one word, so `example.com`
would not find `anna@example.com`. It also takes every sign beyond ASCII for a letter where the database's locale is C,
and é in one character and é in two for different letters.
"""

import re
import unicodedata

LONGEST = 100_000
"""Characters of a request that are looked through."""

# Between and around words: ASCII and Latin-1 signs, dashes, quotes, currencies, arrows and symbols, the signs of Chinese and
# Japanese, their wide forms of the ASCII ones, and pictures. Written with escapes that Python and PostgreSQL read alike.
_APART = (
    r"[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b8\u00bb\u00bf\u00d7\u00f7"
    r"\u2000-\u206f\u20a0-\u20cf\u20dd-\u20e4\u2103\u2109\u2116\u2117\u2120\u2122\u2190-\u2bff\u3000-\u3004\u3008-\u3020\u3030"
    r"\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\U0001f000-\U0001faff]+"
)
# Inside of words and never seen there: the soft hyphen, joiners, marks of direction, choosers of a variant. The blank
# without width (U+200B) is none of them: it stands where a word ends.
_UNSEEN = r"[\u00ad\u034f\u061c\u200c-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0001-\U000e007f\U000e0100-\U000e01ef]+"
_parting, _hidden = re.compile(_APART), re.compile(_UNSEEN)

PLAIN = (
    f"translate(lower(regexp_replace(normalize(regexp_replace(given, '{_UNSEEN}', '', 'g'), NFC), '{_APART}', ' ', 'g')),"
    " 'ς', 'σ')"
)
"""SQL: the words of the text `given` with single blanks between, each letter in one spelling, and in small ones.

The final sigma of Greek is a sigma: in capitals they are the same.
"""


def words(asked: str) -> list[str]:
    """The words that are asked for, in their order."""
    return _parting.sub(" ", unicodedata.normalize("NFC", _hidden.sub("", asked))).split()


def together(asked: str) -> list[str]:
    """Of what stands between blanks, that which has several words: they must follow each other as they do there."""
    return [" ".join(parts) for parts in map(words, asked.split()) if len(parts) > 1]

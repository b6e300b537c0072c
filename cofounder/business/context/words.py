"""How alike texts are by their words: TF-IDF, without a library's weight. Pure.

Term frequency is sublinear (1 + ln n), document frequency smoothed, vectors have length 1 (Manning, Raghavan, Schütze,
Introduction to Information Retrieval, 2008, 6.4). What a text's terms are is the same here and in the fitted embedder.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

_WORD = re.compile(r"[^\W_]{2,}(?:['’][a-z]+)?")
_PLURAL = re.compile(r"(?<=\w\w)(?:ies|(?<![su])s)\Z")
_STOP = """
ain aren can couldn didn doesn don hadn hasn haven isn mustn shouldn wasn weren won wouldn
a about above across after again against all almost alone along already also although always am among an and another
any anybody anyone anything are around as at away back be became because become been before behind being below between
both but by came can cannot come could did do does doing done down during each either else enough even ever every
everybody everyone everything few find first for found from further gave get gets getting give given go goes going
gone got had has have having he her here hers herself him himself his how however if in indeed instead into is it its
itself just keep kept last least less let like made make makes many may maybe me might mine more moreover most much
must my myself neither never next no nobody none nor not nothing now of off often on once one only onto or other
others our ours ourselves out over own part per perhaps please put quite rather really said same say says see seem
seemed seems several shall she should show since so some somebody someone something sometimes still such take taken
than that the their theirs them themselves then there therefore these they this those though through thus to together
too toward towards under until up upon us use used very via was way we well went were what whatever when where whether
which while who whole whom whose why will with within without would yes yet you your yours yourself write post posts
tell wrote written
"""
STOP = frozenset(_STOP.split())


@lru_cache(maxsize=32_768)
def _stem(word: str) -> str:
    """Without a possessive and a plural s, so that "customer stories" finds "a customer's story"."""
    word = re.sub(r"['’][a-z]+\Z", "", word)
    return _PLURAL.sub(lambda found: "y" if found[0] == "ies" else "", word)


def words_of(text: str) -> list[str]:
    """The words that mean something, in order, without plurals."""
    found = (match.group() for match in _WORD.finditer(text.lower()))
    return [word for word in (_stem(word) for word in found if word not in STOP) if word not in STOP]


def terms_of(text: str) -> Counter[str]:
    """Each word with how often it stands there. Pairs of words were tried and found no more of what belongs together."""
    return Counter(words_of(text))


class Corpus:
    """Texts by their terms: what a query shares with each is looked up term by term."""

    def __init__(self, texts: Sequence[str]) -> None:
        import numpy as np

        self.n = len(texts)
        places: dict[str, int] = {}
        terms, docs, counts = [], [], []
        for at, text in enumerate(texts):
            for term, count in terms_of(text).items():
                terms.append(places.setdefault(term, len(places)))
                docs.append(at)
                counts.append(count)
        self.places = places
        place, doc = np.asarray(terms, np.int32), np.asarray(docs, np.int32)
        weight = 1 + np.log(np.asarray(counts, np.float32))
        self.held = np.bincount(place, minlength=len(places))  # texts that hold a term
        weight = weight * self._idf(self.held)[place]
        norms = np.sqrt(np.bincount(doc, weight * weight, minlength=self.n))
        weight = weight / norms[doc]
        order = np.argsort(place, kind="stable")
        self.docs, self.weights = doc[order], weight[order].astype(np.float32)
        self.starts = np.concatenate([[0], np.cumsum(self.held)])

    def _idf(self, held: Any) -> Any:
        import numpy as np

        return np.log((self.n + 2) / (held + 1)) + 1

    def scores(self, query: str) -> "np.ndarray[Any, Any]":
        """Cosine of the query with each text, 0-1."""
        import numpy as np

        found = np.zeros(self.n, np.float32)
        squares = 0.0
        for term, count in terms_of(query).items():
            at = self.places.get(term)
            held = self.held[at] + 1 if at is not None else 1  # the query is a text too
            weight = float((1 + np.log(count)) * self._idf(held))
            squares += weight * weight
            if at is not None:
                mine = slice(self.starts[at], self.starts[at + 1])
                found[self.docs[mine]] += weight * self.weights[mine]
        return found / np.float32(squares**0.5) if squares else found


@lru_cache(maxsize=4)
def _corpus(texts: tuple[str, ...]) -> Corpus:
    """The same texts are asked about again and again: a company publishes less often than it plans."""
    return Corpus(texts)


def likeness(query: str, texts: Sequence[str]) -> list[float]:
    """Cosine similarity of the TF-IDF vectors of each text with the query, 0-1."""
    if not texts:
        return []
    return [float(score) for score in _corpus(tuple(texts)).scores(query)]

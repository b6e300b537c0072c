"""Texts as vectors of meaning: TF-IDF cut down by a singular value decomposition (latent semantic analysis,
Deerwester et al. 1990). Fitted with scikit-learn in a process of its own; used with numpy alone.

The space is cut into cells, and a search looks into those nearest to the query only (an inverted file index): as many
as hold about ten thousand texts, so that its time does not grow with their number. Pure but for `fit_apart`.
"""

import io
import math
import subprocess
import sys
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cofounder.business.context.words import terms_of

OWN = "tfidf_svd"
DIMENSIONS = 128
MOST_WORDS = 30_000
FITTED_ON = 40_000  # texts, at most; more change little
MOST_CELLS = 2_048
LOOKED_AT = 10_000  # texts whose vectors a search reads
_TOPICS = (4, 24)
_TRIED = 200  # texts searched for to see how much is found
_LEAST_IN_TOPIC = 30
OTHER = -1  # the number of what is on none of the topics
_ON_TOPIC = 0.25  # cosine of a text to its topic's centre; texts of nothing in common are within 0.2 of any

Array = Any  # numpy is imported where it is used


@dataclass(frozen=True)
class Fitted:
    """A fitted embedder as plain arrays. `vectors` are rows of length 1."""

    words: list[str]
    weights: Array  # idf, float32
    components: Array  # words x dimensions, float16; of vectors from outside one row, their mean
    cells: Array  # cells x dimensions, float32
    clusters: Array  # topics x dimensions, float32
    topics: dict[str, str]  # cluster number -> name
    fitted_on: int
    expected: int  # texts to search
    kind: str = OWN
    probes: int = 1
    recall: float | None = None
    places: dict[str, int] = field(default_factory=dict, repr=False)

    @property
    def dimensions(self) -> int:
        return int(self.components.shape[1])

    @property
    def outside(self) -> bool:
        """Whether its vectors come from an embedder that was set."""
        return self.kind != OWN

    @property
    def named(self) -> dict[str, str]:
        """Topic's number -> name, with that of what is on none."""
        return {**self.topics, str(OTHER): "other"}

    def topics_of(self, vectors: Array) -> Array:
        """The number of each vector's topic. Far from every centre it is on none: else the vaguest topic held them all."""
        import numpy as np

        found = nearest(self.clusters, vectors)[:, 0]
        like = (vectors * unit(self.clusters)[found]).sum(axis=1)
        return np.where(like >= _ON_TOPIC, found, OTHER)

    def placed(self, raw: Sequence[Sequence[float]]) -> Array:
        """Vectors from outside as rows of length 1 about their mean, so that texts of nothing in common are near 0."""
        import numpy as np

        return unit(np.asarray(raw, np.float32).reshape(-1, self.dimensions) - self.components[0].astype(np.float32))

    def embed(self, texts: Sequence[str]) -> Array:
        """One row of float32 a text; a text without a known word is a row of noughts."""
        import numpy as np

        places = self.places
        rows = np.zeros((len(texts), self.dimensions), np.float32)
        for at, text in enumerate(texts):
            counted = [(places[term], count) for term, count in terms_of(text).items() if term in places]
            if counted:
                columns = [place for place, _ in counted]
                weight = (1 + np.log(np.asarray([count for _, count in counted], np.float32))) * self.weights[columns]
                rows[at] = weight @ self.components[columns].astype(np.float32)
        return unit(rows)

    def weight(self, term: str) -> float:
        """The term's inverse document frequency; that of a word of one text where it was never seen."""
        at = self.places.get(term)
        return float(self.weights[at]) if at is not None else math.log((self.fitted_on + 2) / 2) + 1

    def share(self, term: str) -> float:
        """The share of texts that hold the term; 0 where it was never seen."""
        return math.exp(1 - self.weight(term)) if term in self.places else 0.0

    def likeness(self, query: str, texts: Sequence[str]) -> list[tuple[float, float]]:
        """(cosine of the words, cosine of the meaning) of the query and each text, with this embedder's frequencies.

        The meaning is 0 where its vectors come from outside: those lie in the index.
        """
        import numpy as np

        asked = self._weighed(query)
        meant = None if self.outside else self.embed([query])[0]
        found = []
        for text in texts:
            held = self._weighed(text)
            by_words = sum(weight * held.get(term, 0.0) for term, weight in asked.items())
            known = [(self.places[term], weight) for term, weight in held.items() if term in self.places]
            sense = 0.0
            if known and meant is not None:
                row = np.asarray([weight for _, weight in known], np.float32) @ self.components[[at for at, _ in known]]
                sense = float(row @ meant) / max(float(np.linalg.norm(row)), 1e-9)
            found.append((by_words, sense))
        return found

    def _weighed(self, text: str) -> dict[str, float]:
        weights = {term: (1 + math.log(count)) * self.weight(term) for term, count in terms_of(text).items()}
        norm = math.sqrt(sum(weight * weight for weight in weights.values()))
        return {term: weight / norm for term, weight in weights.items()} if norm else {}


def unit(rows: Array) -> Array:
    """Rows of length 1; a row of noughts stays."""
    import numpy as np

    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.maximum(norms, 1e-9)


def nearest(centres: Array, vectors: Array, count: int = 1) -> Array:
    """The `count` centres nearest to each vector, nearest first. Blocks keep the product small."""
    import numpy as np

    halves = 0.5 * (centres * centres).sum(axis=1)
    found = np.empty((len(vectors), count), np.int32)
    for at in range(0, len(vectors), 8_192):
        far = halves - vectors[at : at + 8_192] @ centres.T
        if count == 1:
            found[at : at + 8_192, 0] = far.argmin(axis=1)
        else:
            best = np.argpartition(far, min(count, far.shape[1]) - 1, axis=1)[:, :count]
            order = np.take_along_axis(far, best, 1).argsort(axis=1)
            found[at : at + 8_192] = np.take_along_axis(best, order, 1)
    return found


def fit(
    texts: Sequence[str],
    expected: int,
    *,
    given: tuple[str, Sequence[Sequence[float]]] | None = None,
    dimensions: int = DIMENSIONS,
    seed: int = 0,
) -> Fitted:
    """Fit on these texts an embedder for about `expected` of them. Loads scikit-learn.

    `given`: (name, a vector a text) where these come from outside; then only the words' weights and the space's cells
    are found.
    """
    import numpy as np
    from scipy.sparse import csr_matrix
    from sklearn.decomposition import TruncatedSVD

    counted = [terms_of(text) for text in texts]
    words, held = _vocabulary(counted)
    places = {word: at for at, word in enumerate(words)}
    weights = (np.log((len(texts) + 2) / (np.asarray(held) + 1)) + 1).astype(np.float32)
    starts, columns, values = [0], [], []
    for terms in counted:
        for term, count in terms.items():
            if (at := places.get(term)) is not None:
                columns.append(at)
                values.append(count)
        starts.append(len(columns))
    data = (1 + np.log(np.asarray(values, np.float32))) * weights[columns]
    matrix = csr_matrix((data, columns, starts), shape=(len(texts), len(words)), dtype=np.float32)
    norms = np.sqrt(matrix.multiply(matrix).sum(axis=1)).A1
    matrix = csr_matrix(
        (data / np.maximum(np.repeat(norms, np.diff(starts)), 1e-9), columns, starts), shape=matrix.shape
    )
    if given is None:
        kind, size = OWN, min(dimensions, min(matrix.shape) - 1)
        found = TruncatedSVD(size, n_iter=4, random_state=seed).fit(matrix)
        components = np.ascontiguousarray(found.components_.T).astype(np.float16)
        vectors = unit(np.asarray(matrix @ components.astype(np.float32), np.float32))
    else:
        kind, raw = given[0], np.asarray(given[1], np.float32)
        components = raw.mean(axis=0, keepdims=True).astype(np.float16)
        vectors = unit(raw - components.astype(np.float32))
    cells = _centres(vectors, int(np.clip(round(expected**0.5), 1, min(MOST_CELLS, max(len(texts) // 20, 1)))), seed)
    clusters = _centres(vectors, int(np.clip(len(texts) // _LEAST_IN_TOPIC, *_TOPICS)), seed)
    made = Fitted(words, weights, components, cells, clusters, {}, len(texts), expected, kind, places=places)
    topics = _names(made, vectors, matrix)
    probes = probes_for(expected, len(cells))
    recall = round(_recall(vectors, cells, probes), 4)
    return replace(made, topics=topics, probes=probes, recall=recall)


def _vocabulary(counted: Sequence[Any]) -> tuple[list[str], list[int]]:
    """The terms that two texts or more hold, and in how many; the commonest where there are too many."""
    from collections import Counter

    held: Counter[str] = Counter()
    for terms in counted:
        held.update(terms.keys())
    kept = [(term, count) for term, count in held.most_common(MOST_WORDS) if count > 1]
    return [term for term, _ in kept], [count for _, count in kept]


def _centres(vectors: Array, count: int, seed: int) -> Array:
    import numpy as np
    from sklearn.cluster import MiniBatchKMeans

    count = max(min(count, len(vectors)), 1)
    made = MiniBatchKMeans(count, batch_size=4_096, n_init=1, max_iter=20, random_state=seed).fit(vectors)
    return np.asarray(made.cluster_centers_, np.float32)


def _names(made: Fitted, vectors: Array, matrix: Any) -> dict[str, str]:
    """Each topic by the three words that set it apart most."""
    import numpy as np

    placed = nearest(made.clusters, vectors)[:, 0]
    usual = np.asarray(matrix.mean(axis=0)).ravel()
    found = {}
    for number in range(len(made.clusters)):
        mine = np.flatnonzero(placed == number)
        if not len(mine):
            continue
        apart = np.asarray(matrix[mine].mean(axis=0)).ravel() - usual
        chosen: list[str] = []
        for at in np.argsort(-apart)[:12]:
            word = made.words[at]
            if not any(part in one.split() for one in chosen for part in word.split()):
                chosen.append(word)
            if len(chosen) == 3:
                break
        found[str(number)] = ", ".join(chosen)
    return found


def probes_for(expected: int, cells: int) -> int:
    """How many cells hold about as many texts as a search may read."""
    return max(min(-(-LOOKED_AT * cells // max(expected, 1)), cells), 1)


def _recall(vectors: Array, cells: Array, probes: int, seed: int = 0) -> float:
    """Share of the ten nearest that a search of so many cells finds, tried on some of the texts themselves."""
    import numpy as np

    if probes >= len(cells) or len(vectors) <= 10:
        return 1.0
    placed = nearest(cells, vectors)[:, 0]
    asked = np.random.default_rng(seed).choice(len(vectors), min(_TRIED, len(vectors)), replace=False)
    scores = vectors[asked] @ vectors.T
    scores[np.arange(len(asked)), asked] = -2
    tenth = -np.partition(-scores, 9, axis=1)[:, 9]
    looked = nearest(cells, vectors[asked], probes)
    inside = (scores >= tenth[:, None] - 1e-6) & np.stack([np.isin(placed, row) for row in looked])
    return float(np.minimum(inside.sum(axis=1), 10).mean() / 10)


def fit_apart(
    texts: Sequence[str], expected: int, *, given: tuple[str, Sequence[Sequence[float]]] | None = None
) -> Fitted:
    """`fit` in a process that is gone afterwards with all that it loaded. Blocks."""
    import pickle

    sent = zlib.compress(pickle.dumps((list(texts), expected, given)), 1)
    done = subprocess.run(
        [sys.executable, "-m", "cofounder.business.context.embedder"], input=sent, capture_output=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"The index could not be fitted: {done.stderr.decode(errors='replace')[-2_000:]}")
    return unpacked(pickle.loads(done.stdout))  # what our own process wrote


def packed(made: Fitted) -> dict[str, Any]:
    """The parts as a row of `embedders` keeps them."""
    import numpy as np

    return {
        "kind": made.kind,
        "words": zlib.compress("\n".join(made.words).encode()),
        "weights": made.weights.astype(np.float32).tobytes(),
        "components": made.components.astype(np.float16).tobytes(),
        "cells": made.cells.astype(np.float16).tobytes(),
        "clusters": made.clusters.astype(np.float16).tobytes(),
        "topics": made.topics,
        "dimensions": made.dimensions,
        "fitted_on": made.fitted_on,
        "expected": made.expected,
        "probes": made.probes,
        "recall": made.recall,
    }


def unpacked(row: Any) -> Fitted:
    """The embedder that a row keeps."""
    import numpy as np

    size = int(row["dimensions"])
    words = zlib.decompress(row["words"]).decode().split("\n")

    def half(name: str) -> Array:
        return np.frombuffer(row[name], np.float16).reshape(-1, size)

    return Fitted(
        kind=str(row["kind"]),
        words=words,
        weights=np.frombuffer(row["weights"], np.float32),
        components=half("components"),
        cells=half("cells").astype(np.float32),
        clusters=half("clusters").astype(np.float32),
        topics=dict(row["topics"] or {}),
        fitted_on=int(row["fitted_on"]),
        expected=int(row["expected"]),
        probes=int(row["probes"]),
        recall=row["recall"],
        places={word: at for at, word in enumerate(words)},
    )


def _main() -> None:
    import pickle

    texts, expected, given = pickle.loads(zlib.decompress(sys.stdin.buffer.read()))
    out = io.BytesIO()
    pickle.dump(packed(fit(texts, expected, given=given)), out)
    sys.stdout.buffer.write(out.getvalue())


if __name__ == "__main__":
    _main()

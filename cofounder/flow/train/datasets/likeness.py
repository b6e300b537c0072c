"""Near duplicates among a million texts: MinHash over runs of three words, bands to find candidates. Pure but for arrays.

The signatures are those of `datasketch.MinHash` (Broder 1997; 64 permutations, scheme affine32), computed for many
texts at once. Bands of four make a pair that shares 85 % a candidate with probability 0.9999.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any
from zlib import crc32

PERMUTATIONS, BANDS, SEED = 64, 16, 1
NEAR = 0.85  # from here on two lines count as one
RELATED = 0.7  # from here on they must not stand on both sides of a split
RUN = 3  # words
_WORD = re.compile(r"\w+")
_AT_ONCE = 40_000  # runs of words whose permutations are in memory together
_PASSES = 4


@cache
def _permutations() -> tuple[Any, Any]:
    from datasketch import MinHash

    a, b = MinHash(num_perm=PERMUTATIONS, seed=SEED, scheme="affine32").permutations
    return a, b


def words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def signatures(texts: Sequence[str]) -> Any:
    """(n, 64) array of 32-bit numbers: how alike two texts are is the share of places in which their rows agree."""
    import numpy as np

    lengths, hashed = [], []
    for text in texts:
        found = [crc32(word.encode()) for word in words(text)]
        found += [0] * (RUN - len(found))  # a text of two words is a run too
        lengths.append(len(found))
        hashed += found
    flat = np.array(hashed, dtype=np.uint32)
    ends = np.cumsum(lengths)
    runs = _runs(flat)
    made = np.empty((len(texts), PERMUTATIONS), dtype=np.uint32)
    first = 0
    while first < len(texts):
        begin = int(ends[first] - lengths[first])
        last = max(int(np.searchsorted(ends, begin + _AT_ONCE)), first + 1)
        made[first:last] = _least(runs, ends[first:last], lengths[first:last])
        first = last
    return made


def _runs(flat: Any) -> Any:
    """A number for every run of three words; those that reach over the end of a text are not used."""
    import numpy as np

    after = np.concatenate([flat, np.zeros(RUN - 1, dtype=np.uint32)])
    runs = flat * np.uint32(0x9E3779B1)
    for step in range(1, RUN):
        runs = (runs ^ (runs >> np.uint32(15))) * np.uint32(0x85EBCA6B) + after[step : step + len(flat)]
    return runs


def mixed(values: Any) -> Any:
    """MurmurHash3's finalizer for 32 bits, which datasketch applies before its permutations."""
    import numpy as np

    values = values ^ (values >> np.uint32(16))
    values = values * np.uint32(0x85EBCA6B)
    values = values ^ (values >> np.uint32(13))
    values = values * np.uint32(0xC2B2AE35)
    return values ^ (values >> np.uint32(16))


def _least(runs: Any, ends: Any, lengths: Sequence[int]) -> Any:
    import numpy as np

    a, b = _permutations()
    begins = ends - np.asarray(lengths)
    taken = np.concatenate([np.arange(begin, end - RUN + 1) for begin, end in zip(begins, ends, strict=True)])
    places = np.concatenate([[0], np.cumsum(np.asarray(lengths) - RUN + 1)[:-1]])
    permuted = mixed(runs[taken])[:, None] * a + b
    return np.minimum.reduceat(permuted, places, axis=0)


def alike(rows: Any, others: Any) -> Any:
    """The share of places in which rows agree with others, pair by pair."""
    import numpy as np

    made = np.empty(len(rows), dtype=np.float32)
    for first in range(0, len(rows), 200_000):  # memory, not arithmetic, is what there is little of
        part = slice(first, first + 200_000)
        made[part] = (rows[part] == others[part]).mean(axis=1)
    return made


def collapse(signed: Any, rank: Any, threshold: float = NEAR) -> tuple[Any, Any]:
    """(who stands for each, how alike): -1 for a line that stands for itself. The lower rank stands.

    Each line that goes is compared with the very one that stands for it, so no chain of small steps joins strangers.
    """
    import numpy as np

    stands, likeness = np.full(len(signed), -1, dtype=np.int64), np.zeros(len(signed), dtype=np.float32)
    for _ in range(_PASSES):
        left = np.flatnonzero(stands < 0)
        before = len(left)
        for band in range(BANDS):
            left = left[stands[left] < 0]
            leads, follows = _stars(signed, left, rank, band)
            found = alike(signed[leads], signed[follows])
            near = found >= threshold
            stands[follows[near]], likeness[follows[near]] = leads[near], found[near]
        if int((stands < 0).sum()) == before:
            break
    return _straight(stands, signed, likeness, threshold), likeness


def _straight(stands: Any, signed: Any, likeness: Any, threshold: float) -> Any:
    """A leader that went in a later band hands on those who are near its own; the others stand for themselves again."""
    import numpy as np

    for _ in range(BANDS * _PASSES):
        follows = np.flatnonzero(stands >= 0)
        above = stands[stands[follows]]
        moved = follows[above >= 0]
        if not len(moved):
            return stands
        over = stands[stands[moved]]
        found = alike(signed[moved], signed[over])
        likeness[moved] = np.where(found >= threshold, found, 0)
        stands[moved] = np.where(found >= threshold, over, -1)
    return stands


def _stars(signed: Any, among: Any, rank: Any, band: int) -> tuple[Any, Any]:
    """(leaders, followers): in each bucket of a band the line of lowest rank, paired with every other one."""
    import numpy as np

    width = PERMUTATIONS // BANDS
    keys = np.ascontiguousarray(signed[among, band * width : (band + 1) * width]).view(f"V{4 * width}").ravel()
    order = np.lexsort((rank[among], *_columns(keys)))
    sorted_keys = keys[order]
    fresh = np.concatenate([[True], sorted_keys[1:] != sorted_keys[:-1]]) if len(keys) else np.zeros(0, dtype=bool)
    lead_places = np.maximum.accumulate(np.where(fresh, np.arange(len(keys)), 0))
    follow = ~fresh
    ordered = among[order]
    return ordered[lead_places[follow]], ordered[follow]


def _columns(keys: Any) -> list[Any]:
    import numpy as np

    return [keys.view(np.uint64).reshape(len(keys), -1)[:, place] for place in range(keys.dtype.itemsize // 8)]


def related(signed: Any, threshold: float = RELATED) -> tuple[Any, Any, Any]:
    """(one, other, how alike) of pairs that are alike; enough of them that what hangs together is joined."""
    import numpy as np

    everyone, rank = np.arange(len(signed)), np.arange(len(signed))
    ones, others, shares = [], [], []
    for band in range(BANDS):
        leads, follows = _stars(signed, everyone, rank, band)
        found = alike(signed[leads], signed[follows])
        near = found >= threshold
        ones.append(leads[near])
        others.append(follows[near])
        shares.append(found[near])
    return np.concatenate(ones), np.concatenate(others), np.concatenate(shares)

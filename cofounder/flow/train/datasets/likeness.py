"""Near duplicates among a million texts: MinHash over runs of three words, bands to find candidates. Pure but for arrays.

The signatures are those of `datasketch.MinHash` (Broder 1997; 64 permutations, scheme affine32), computed for many
texts at once. Bands of four make a pair that shares 85 % a candidate with probability 0.9999.
"""

import mmap
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
_PAIRS_AT_ONCE, _ROWS_AT_ONCE = 20_000, 50_000
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


def alike(signed: Any, ones: Any, others: Any) -> Any:
    """The share of places in which rows of `signed` agree with other rows of it, pair by pair, both given by number."""
    import numpy as np

    made = np.empty(len(ones), dtype=np.float32)
    for first in range(0, len(ones), _PAIRS_AT_ONCE):
        part = slice(first, first + _PAIRS_AT_ONCE)
        made[part] = np.count_nonzero(signed[ones[part]] == signed[others[part]], axis=1) / PERMUTATIONS
        _let_go(signed)
    return made


def collapse(signed: Any, rank: Any, threshold: float = NEAR, among: Any = None) -> tuple[Any, Any]:
    """(who stands for each, how alike): -1 for a line that stands for itself. The lower rank stands.

    Each line that goes is compared with the very one that stands for it, so no chain of small steps joins strangers.
    `among`: the numbers of the lines that are looked at, all of them where nothing is said.
    """
    import numpy as np

    stands, likeness = np.full(len(signed), -1, dtype=np.int64), np.zeros(len(signed), dtype=np.float32)
    left = np.arange(len(signed)) if among is None else among
    for _ in range(_PASSES):
        before = len(left)
        for band in range(BANDS):
            leads, follows = _stars(signed, left, rank, band)
            found = alike(signed, leads, follows)
            near = found >= threshold
            stands[follows[near]], likeness[follows[near]] = leads[near], found[near]
            left = left[stands[left] < 0]
        if len(left) == before:
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
        found = alike(signed, moved, over)
        likeness[moved] = np.where(found >= threshold, found, 0)
        stands[moved] = np.where(found >= threshold, over, -1)
    return stands


def _stars(signed: Any, among: Any, rank: Any, band: int) -> tuple[Any, Any]:
    """(leaders, followers): in each bucket of a band the line of lowest rank, paired with every other one."""
    import numpy as np

    keys = _keys(signed, among, band)
    some = _repeated(keys[:, 0] ^ (keys[:, 1] * np.uint64(0x9E3779B97F4A7C15)))
    keys, among = keys[some], among[some]
    order = np.lexsort((rank[among], keys[:, 1], keys[:, 0]))
    keys, among = keys[order], among[order]
    follow = np.zeros(len(keys), dtype=bool)
    follow[1:] = (keys[1:] == keys[:-1]).all(axis=1)
    leads = np.maximum.accumulate(np.where(follow, 0, np.arange(len(keys))))
    return among[leads[follow]], among[follow]


def _keys(signed: Any, among: Any, band: int) -> Any:
    """(n, 2) array of 64-bit numbers: what the rows have in a band."""
    import numpy as np

    width = PERMUTATIONS // BANDS
    made = np.empty((len(among), width), dtype=np.uint32)
    for first in range(0, len(among), _ROWS_AT_ONCE):
        part = slice(first, first + _ROWS_AT_ONCE)
        made[part] = signed[among[part], band * width : (band + 1) * width]
        _let_go(signed)
    return made.view(np.uint64)


def _repeated(numbers: Any) -> Any:
    """The places of numbers that come more than once; most lines are like no other, and need no further look."""
    import numpy as np

    ordered = np.sort(numbers)
    twice = ordered[1:][ordered[1:] == ordered[:-1]]
    places = np.searchsorted(twice, numbers)
    return np.flatnonzero(twice[np.minimum(places, len(twice) - 1)] == numbers) if len(twice) else places[:0]


def _let_go(signed: Any) -> None:
    """Give back the memory of rows that were read from a file; they are read again when they are needed again."""
    mapped = getattr(signed, "_mmap", None)
    if mapped is not None:
        mapped.madvise(mmap.MADV_DONTNEED)


def related(signed: Any, threshold: float = RELATED, among: Any = None) -> tuple[Any, Any, Any]:
    """(one, other, how alike) of pairs that are alike, by their places in `among`; enough of them that what hangs
    together is joined."""
    import numpy as np

    among = np.arange(len(signed)) if among is None else among
    place = np.zeros(len(signed), dtype=np.int64)
    place[among] = np.arange(len(among))
    ones, others, shares = [], [], []
    for band in range(BANDS):
        leads, follows = _stars(signed, among, place, band)
        found = alike(signed, leads, follows)
        near = found >= threshold
        ones.append(place[leads[near]])
        others.append(place[follows[near]])
        shares.append(found[near])
    return np.concatenate(ones), np.concatenate(others), np.concatenate(shares)

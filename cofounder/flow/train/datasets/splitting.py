"""Which line goes into which part: seeded, whole groups, the newest held out where time divides. Pure but for arrays."""

import hashlib
from typing import Any

from cofounder.flow.train.datasets.schemas import SplitIn

TRAIN, VALIDATION, TEST, OUT = 0, 1, 2, -1


def joined(size: int, ones: Any, others: Any) -> Any:
    """A number for each line; lines that hang together by any of the pairs have the same one."""
    import numpy as np
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    links = coo_matrix((np.ones(len(ones), dtype=bool), (ones, others)), shape=(size, size))
    return connected_components(links, directed=False)[1]


def links_of(keys: Any) -> tuple[Any, Any]:
    """Pairs that join all lines with the same key; 0 is no key."""
    import numpy as np

    order = np.argsort(keys, kind="stable")
    order = order[keys[order] != 0]
    same = keys[order][1:] == keys[order][:-1]
    return order[:-1][same], order[1:][same]


def assigned(how: SplitIn, seed: int, groups: Any, hashes: Any, times: Any) -> Any:
    """The part of each line (0 train, 1 validation, 2 test; -1: left out, because its group lies on both sides of a time).

    The same lines, groups and seed give the same parts whatever order they come in: a group's place in the draw is a
    hash of the seed and its least line hash. `hashes`: (n, 4) big-endian 64-bit numbers.
    """
    import numpy as np

    size = len(hashes)
    if how.by == "none" or size == 0:
        return np.zeros(size, dtype=np.int8)
    wanted = (int(size * how.validation), int(size * how.test))
    if how.by == "time":
        return _by_time(wanted, groups, times)
    if how.by == "random":
        groups = np.arange(size)
    order = np.lexsort((*(hashes[:, place] for place in (3, 2, 1, 0)), groups))
    begins = np.flatnonzero(np.concatenate([[True], np.diff(groups[order]) != 0]))
    many = np.diff(np.append(begins, size))
    drawn = _drawn(seed, hashes, order[begins])
    chosen = np.zeros(len(begins), dtype=np.int8)
    for part, left in ((TEST, wanted[1]), (VALIDATION, wanted[0])):
        for group in drawn:
            if left <= 0:
                break
            if many[group] <= left and chosen[group] == TRAIN:
                chosen[group] = part
                left -= int(many[group])
    parts = np.empty(size, dtype=np.int8)
    parts[order] = np.repeat(chosen, many)
    return parts


def _drawn(seed: int, hashes: Any, leasts: Any) -> Any:
    """The groups, by number, in the order in which they are drawn; `leasts`: the line of least hash of each."""
    import numpy as np

    start = hashlib.sha256(seed.to_bytes(8, "big"))
    places = bytearray()
    for least in leasts:
        digest = start.copy()
        digest.update(hashes[least].tobytes())
        places += digest.digest()
    found = np.frombuffer(places, dtype=">u8").reshape(len(leasts), 4)
    return np.lexsort(tuple(found[:, place] for place in (3, 2, 1, 0)))


def _by_time(wanted: tuple[int, int], groups: Any, times: Any) -> Any:
    """The newest lines are the test, those before them the validation; a group on both sides of a line stays where it
    began, and what of it came later is left out: it would tell the answer, or learn from the future."""
    import numpy as np

    size = len(times)
    ranked = np.sort(times)
    validation, test = wanted
    # lines of one moment are not divided: all of them lie on the later side
    test_from = ranked[size - test] if test else ranked[-1] + 1
    validation_from = ranked[size - test - validation] if validation else test_from
    parts = np.where(times >= test_from, TEST, np.where(times >= validation_from, VALIDATION, TRAIN)).astype(np.int8)
    earliest = np.full(int(groups.max()) + 1, TEST, dtype=np.int8)
    np.minimum.at(earliest, groups, parts)
    parts[parts != earliest[groups]] = OUT
    return parts

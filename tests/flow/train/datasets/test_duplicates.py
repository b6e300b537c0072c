"""Planted duplicates and leaks are found, and nothing else is."""

import hashlib
import random
from collections import Counter
from decimal import Decimal
from typing import Any
from uuid import uuid4
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cofounder.flow.train.datasets import likeness, press, service, splitting
from cofounder.flow.train.datasets.schemas import DatasetIn, SplitIn
from cofounder.kit.testing import Database
from cofounder.people import LOCAL_OWNER

from .making import example, request, store_examples


def test_signatures_are_those_of_the_library() -> None:
    import numpy as np
    from datasketch import MinHash

    texts = ["Create a LinkedIn post about our Q4 growth", "two words", "", "a b c", "Größe der Welt " * 30]
    made = likeness.signatures(texts)
    for place, text in enumerate(texts):
        words = [crc32(word.encode()) for word in likeness.words(text)]
        words += [0] * (likeness.RUN - len(words))
        runs = likeness._runs(np.array(words, dtype=np.uint32))[: len(words) - likeness.RUN + 1]
        known = MinHash(num_perm=likeness.PERMUTATIONS, seed=likeness.SEED, scheme="affine32", hashfunc=int)
        known.update_batch([int(run) for run in runs])
        assert (known.hashvalues == made[place]).all()


def test_near_duplicates_among_many_are_found_and_strangers_are_not() -> None:
    import numpy as np

    texts = [request(number, words=40) for number in range(2_000)]
    planted = {2_000 + number: number for number in range(100)}
    texts += [texts[number] + " please" for number in range(100)]
    stands, share = likeness.collapse(likeness.signatures(texts), np.arange(len(texts)))
    found = {int(one): int(stands[one]) for one in np.flatnonzero(stands >= 0)}
    assert found == planted
    assert all(share[one] >= likeness.NEAR for one in found)


def test_a_line_is_like_the_one_that_stands_for_it() -> None:
    import numpy as np

    draw = random.Random(3)
    words = [f"w{number}" for number in range(400)]
    texts = []
    for _ in range(60):  # chains: each a little different from the one before
        for step in range(8):
            begin = step * 4
            texts.append(" ".join(words[begin : begin + 60]))
        draw.shuffle(words)
    signed = likeness.signatures(texts)
    stands, _ = likeness.collapse(signed, np.arange(len(texts)))
    gone = np.flatnonzero(stands >= 0)
    assert len(gone)
    assert (stands[stands[gone]] < 0).all()  # whoever stands for another stands
    assert (likeness.alike(signed, gone, stands[gone]) >= likeness.NEAR).all()


async def make(name: str, **asked: Any) -> Any:
    return await service.create(DatasetIn(name=name, **asked), LOCAL_OWNER)


async def test_planted_leaks_are_found_where_the_draw_is_blind_and_avoided_where_it_is_not(database: Database) -> None:
    rows = []
    for number in range(60):
        text = request(number, words=40)
        same = {"plan": {"steps": [{"id": str(number)}]}, "business_state": {}, "quality_score": Decimal("0.9")}
        rows.append(example(number, user_request=text, **same))
        rows.append(example(1_000 + number, user_request=text, **same))  # the same
        rows.append(example(2_000 + number, user_request=text + " soon", **same))  # nearly
    await store_examples(rows)
    blind = await make("blind", duplicates="keep", split=SplitIn(by="random", validation=0.2, test=0.2))
    assert blind.leakage["exact"] > 10
    assert blind.leakage["near"] >= blind.leakage["exact"]
    assert not blind.leakage["clean"]
    first = blind.leakage["pairs"][0]
    assert first["held_out"]["split"] != "train" == first["training"]["split"]
    careful = await make("careful", duplicates="keep", split=SplitIn(by="group", validation=0.2, test=0.2))
    assert careful.leakage["clean"]
    assert careful.example_count == 180
    collapsed = await make("collapsed")
    assert collapsed.example_count == 60
    assert collapsed.statistics["duplicates"] == {"exact": 60, "near": 60}


async def test_time_divides_and_what_straddles_is_left_out(database: Database) -> None:
    rows = [example(number) for number in range(50)]
    rows.append(example(200, user_request=request(0, words=12) + " now", plan={"steps": [1]}))
    await store_examples(rows)
    made = await make("dated", duplicates="keep", split=SplitIn(by="time", validation=0.1, test=0.1))
    assert made.statistics["straddles"] == 1
    assert not made.leakage["time"]["overlap"]
    assert made.leakage["time"]["train"]["until"] < made.leakage["time"]["validation"]["from"]
    assert made.leakage["clean"]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_parts_depend_on_the_lines_and_the_seed_and_not_on_their_order(seed: int) -> None:
    import numpy as np

    hashes = np.frombuffer(b"".join(uuid4().bytes * 2 for _ in range(200)), dtype=">u8").reshape(200, 4)
    groups = np.arange(200) // 3
    how = SplitIn()
    first = splitting.assigned(how, seed, groups, hashes, np.arange(200))
    order = np.random.default_rng(seed).permutation(200)
    again = splitting.assigned(how, seed, groups[order], hashes[order], np.arange(200))
    assert (again == first[order]).all()
    assert [(first == part).sum() for part in (1, 2)] == [20, 20] or (first > 0).sum() >= 34
    for group in range(int(groups.max()) + 1):
        assert len(set(first[groups == group].tolist())) == 1


def drawn_plainly(how: SplitIn, seed: int, groups: list[int], hashes: list[bytes]) -> list[int]:
    """What the arrays reckon, one group after the other."""
    members: dict[int, list[int]] = {}
    for line, group in enumerate(groups):
        members.setdefault(group, []).append(line)

    def place(lines: list[int]) -> bytes:
        return hashlib.sha256(seed.to_bytes(8, "big") + min(hashes[one] for one in lines)).digest()

    parts = [0] * len(groups)
    for part, left in ((2, int(len(groups) * how.test)), (1, int(len(groups) * how.validation))):
        for lines in sorted(members.values(), key=place):
            if left > 0 and len(lines) <= left and parts[lines[0]] == 0:
                for one in lines:
                    parts[one] = part
                left -= len(lines)
    return parts


@given(
    groups=st.lists(st.integers(0, 12), min_size=1, max_size=60),
    seed=st.integers(0, 2**31 - 1),
    shares=st.tuples(st.floats(0, 0.5), st.floats(0, 0.5)),
)
def test_groups_are_drawn_as_a_plain_loop_draws_them(groups: list[int], seed: int, shares: tuple[float, float]) -> None:
    import numpy as np

    hashes = [hashlib.sha256(bytes((place,))).digest() for place in range(len(groups))]
    how = SplitIn(validation=shares[0], test=shares[1])
    read = np.frombuffer(b"".join(hashes), dtype=">u8").reshape(len(groups), 4)
    found = splitting.assigned(how, seed, np.array(groups), read, np.arange(len(groups)))
    assert found.tolist() == drawn_plainly(how, seed, groups, hashes)


@given(st.lists(st.integers(0, 20), max_size=40))
def test_only_what_comes_more_than_once_is_looked_at_again(numbers: list[int]) -> None:
    import numpy as np

    many = Counter(numbers)
    found = likeness._repeated(np.array(numbers, dtype=np.uint64)).tolist()
    assert found == [place for place, one in enumerate(numbers) if many[one] > 1]


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 300_000)), max_size=30))
def test_pieces_of_a_file_that_are_read_together_are_the_same_bytes(pieces: list[tuple[bool, int]]) -> None:
    import numpy as np

    sizes = np.array([size for _, size in pieces], dtype=np.int64)
    begins = np.cumsum(sizes) - sizes
    wanted = np.array([taken for taken, _ in pieces], dtype=bool)
    told = list(press._together(begins[wanted], sizes[wanted]))
    assert sum(size for _, size in told) == sizes[wanted].sum()
    inside = [(at, at + size) for at, size in told]
    for at, size in zip(begins[wanted].tolist(), sizes[wanted].tolist(), strict=True):
        assert any(first <= at and at + size <= last for first, last in inside)

"""From lines in the order in which they come to a version: duplicates, parts, files, hash. Blocks: call it from a thread.

What a line needs until the end is kept as numbers in arrays; its bytes lie in a scratch file. A million lines take about
250 MB of memory, of which the signatures are not a part: they are read from disk, some at a time.
"""

import hashlib
import json
import os
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from cofounder.flow.train.datasets import likeness, reporting, splitting
from cofounder.flow.train.datasets.schemas import SplitIn, Stored
from cofounder.flow.train.datasets.tables import SPLITS
from cofounder.flow.train.roles.shaper import Entry
from cofounder.kit import store

NONE = bytes(16)
LABELS = ("intent", "decision", "success", "channel")
_MOST_READ = 500_000  # bytes
_AT_ONCE = 1_000  # lines whose signatures are computed together


@dataclass(frozen=True)
class PairLine:
    """A pair of answers to one request, and the run that it is of."""

    execution_id: UUID
    line: bytes


@dataclass
class Built:
    """What a version is, before the database knows of it."""

    content_hash: str
    count: int
    avg_quality: float | None
    files: list[Stored]
    statistics: dict[str, Any]
    leakage: dict[str, Any]
    members: Callable[[UUID], Iterator[tuple[Any, ...]]]
    left_out: Callable[[UUID], Iterator[tuple[Any, ...]]]


@dataclass
class _Codes:
    """Words as small numbers."""

    words: list[str] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)

    def of(self, word: str) -> int:
        if word not in self.numbers:
            self.numbers[word] = len(self.words)
            self.words.append(word)
        return self.numbers[word]


class Press:
    """Takes the lines of a version and, when all are there, makes it."""

    def __init__(self, folder: Path, *, split: SplitIn, seed: int, duplicates: str, recipe: dict[str, Any]) -> None:
        self.folder = folder
        self.split, self.seed, self.duplicates, self.recipe = split, seed, duplicates, recipe
        self._spool = (folder / "lines").open("wb", buffering=1 << 20)
        self._signed = (folder / "signatures").open("wb", buffering=1 << 20)
        self._ids, self._hashes, self._bodies = bytearray(), bytearray(), bytearray()
        self._at, self._size = array("q"), array("I")
        self._quality, self._tokens, self._characters = array("d"), array("I"), array("I")
        self._parts, self._labels = array("I"), [array("I") for _ in LABELS]
        self._conversation, self._topic = array("Q"), array("Q")
        self._part_names, self._label_names = _Codes(), [_Codes() for _ in LABELS]
        self._redacted = (array("Q"), array("I"), array("I"))  # which line, what type, how many: few lines have any
        self._redacted_names = _Codes()
        self._pairs: list[PairLine] = []
        self.pairs_left_out: Counter[str] = Counter()
        self.count = 0

    def take(self, entries: Sequence[Entry], pairs: Iterable[PairLine] = ()) -> None:
        """Put lines down. Raises OSError when the disk is full."""
        for first in range(0, len(entries), _AT_ONCE):
            some = entries[first : first + _AT_ONCE]
            self._spool.write(b"".join([one.line for one in some]))
            self._signed.write(likeness.signatures([one.alike for one in some]).tobytes())
        for number, one in enumerate(entries, self.count):
            self._note(number, one)
        self._pairs += pairs
        self.count += len(entries)

    def _note(self, number: int, one: Entry) -> None:
        self._ids += one.execution_id.bytes if one.execution_id else NONE
        self._hashes += one.hash
        self._bodies += one.body
        self._at.append(int(one.at.timestamp() * 1_000_000))
        self._size.append(len(one.line))
        self._quality.append(float("nan") if one.quality is None else one.quality)
        self._tokens.append(one.tokens)
        self._characters.append(one.characters)
        self._parts.append(self._part_names.of(one.part))
        for codes, names, label in zip(self._labels, self._label_names, one.labels, strict=True):
            codes.append(names.of(label))
        self._conversation.append(_number(one.conversation))
        self._topic.append(_number(one.topic))
        for kind, many in one.redacted.items():
            for column, value in zip(self._redacted, (number, self._redacted_names.of(kind), many), strict=True):
                column.append(value)

    def finish(self) -> Built:
        """Make the version. Wants at least one line. Raises StoreFull, StoreOutOfReach."""
        import numpy as np

        self._spool.close()
        self._signed.close()
        n = self.count
        signed = np.memmap(self.folder / "signatures", dtype=np.uint32, mode="r", shape=(n, likeness.PERMUTATIONS))
        times, quality = np.frombuffer(self._at, dtype=np.int64), np.frombuffer(self._quality, dtype=np.float64)
        hashes = np.frombuffer(self._hashes, dtype=">u8").reshape(n, 4)
        stands, alike, kinds = self._stand(signed, times, quality, hashes)
        chosen = np.flatnonzero(stands < 0)
        chosen = chosen[np.lexsort((*(hashes[chosen, place] for place in (3, 2, 1, 0)), times[chosen]))]
        groups, links = self._groups(signed, chosen)
        parts = splitting.assigned(self.split, self.seed, groups, hashes[chosen], times[chosen])
        kept = parts >= 0
        members, member_parts = chosen[kept], parts[kept]
        place = np.full(n, -1, dtype=np.int64)
        place[members] = np.arange(len(members))
        written, starts = self._write(members, member_parts)
        report = reporting.Lines(
            times=times[members],
            quality=quality[members],
            tokens=np.frombuffer(self._tokens, dtype=np.uint32)[members],
            characters=np.frombuffer(self._characters, dtype=np.uint32)[members],
            parts=member_parts,
            labels={
                name: (np.frombuffer(codes, dtype=np.uint32)[members], names.words)
                for name, codes, names in zip(LABELS, self._labels, self._label_names, strict=True)
            },
        )
        known = ~np.isnan(report.quality)
        extra = {
            "duplicates": {"exact": int((kinds == 1).sum()), "near": int((kinds == 2).sum())},
            "straddles": int((~kept).sum()),
            "redacted": self._placeholders(place),
        }
        if self._pairs or self.pairs_left_out:
            written += self._write_pairs(members, member_parts, extra)
        return Built(
            content_hash=self._content_hash(members, member_parts),
            count=len(members),
            avg_quality=round(float(report.quality[known].mean()), 4) if known.any() else None,
            files=written,
            statistics=reporting.statistics(report, written) | extra,
            leakage=self._leakage(signed, chosen, parts, groups, links, place, report, extra),
            members=lambda id: self._member_rows(id, members, member_parts, starts),
            left_out=lambda id: self._left_rows(id, stands, alike, kinds, chosen[~kept], place),
        )

    def _placeholders(self, place: Any) -> dict[str, int]:
        """How many of each type the lines of the version have; what was left out does not count."""
        found: Counter[str] = Counter()
        for line, kind, many in zip(*self._redacted, strict=True):
            if place[line] >= 0:
                found[self._redacted_names.words[kind]] += many
        return dict(sorted(found.items()))

    def _stand(self, signed: Any, times: Any, quality: Any, hashes: Any) -> tuple[Any, Any, Any]:
        """(who stands for each or -1, how alike, 0 itself, 1 exact, 2 near): the better judged, then the newer stands."""
        import numpy as np

        n = self.count
        kinds, alike = np.zeros(n, dtype=np.int8), np.zeros(n, dtype=np.float32)
        stands = np.full(n, -1, dtype=np.int64)
        if self.duplicates == "keep":
            return stands, alike, kinds
        order = np.lexsort((*(hashes[:, place] for place in (3, 2, 1, 0)), -times, -np.nan_to_num(quality, nan=-1.0)))
        rank = np.empty(n, dtype=np.int64)
        rank[order] = np.arange(n)
        bodies = np.frombuffer(self._bodies, dtype=np.uint64).reshape(n, 4)
        by_body = np.lexsort((rank, *(bodies[:, place] for place in range(4))))
        same = np.concatenate([[False], (bodies[by_body][1:] == bodies[by_body][:-1]).all(axis=1)])
        leads = np.maximum.accumulate(np.where(same, 0, np.arange(n)))
        stands[by_body[same]] = by_body[leads[same]]
        kinds[by_body[same]], alike[by_body[same]] = 1, 1.0
        if self.duplicates == "near":
            left = np.flatnonzero(stands < 0)
            near, share = likeness.collapse(signed, rank, among=left)
            gone = np.flatnonzero(near >= 0)
            stands[gone], alike[gone], kinds[gone] = near[gone], share[gone], 2
            over = np.where(stands >= 0, stands[stands], -1)  # what an exact one stood for follows it
            moved = (kinds == 1) & (over >= 0)
            stands[moved] = over[moved]
        return stands, alike, kinds

    def _groups(self, signed: Any, chosen: Any) -> tuple[Any, tuple[Any, Any, Any]]:
        """(the group of each chosen line, pairs of them that are alike)."""
        import numpy as np

        links = likeness.related(signed, among=chosen)
        ones, others = [], []
        if "duplicates" in self.split.together:
            ones.append(links[0])
            others.append(links[1])
        for name, keys in (("conversation", self._conversation), ("topic", self._topic)):
            if name in self.split.together:
                one, other = splitting.links_of(np.frombuffer(keys, dtype=np.uint64)[chosen])
                ones.append(one)
                others.append(other)
        if not ones:
            return np.arange(len(chosen)), links
        return splitting.joined(len(chosen), np.concatenate(ones), np.concatenate(others)), links

    def _write(self, members: Any, parts: Any) -> tuple[list[Stored], Any]:
        """(the files by split, where each line begins in its own)."""
        import numpy as np

        sizes = np.frombuffer(self._size, dtype=np.uint32).astype(np.int64)
        begins = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        starts = np.zeros(len(members), dtype=np.int64)
        files = []
        with (self.folder / "lines").open("rb") as spool:
            for number, split in enumerate(SPLITS):
                mine = np.flatnonzero(parts == number)
                if not len(mine):
                    continue
                lengths = sizes[members[mine]]
                starts[mine] = np.concatenate([[0], np.cumsum(lengths)[:-1]])
                with store.writing(self.folder) as out:
                    for at, size in _together(begins[members[mine]], lengths):
                        out.write(os.pread(spool.fileno(), size, at))
                files.append(_stored("lines", split, out, len(mine)))
        return files, starts

    def _write_pairs(self, members: Any, parts: Any, extra: dict[str, Any]) -> list[Stored]:
        """Pairs of the runs that are in the version, each in the part of its run."""
        where = {self._id(one): int(part) for one, part in zip(members.tolist(), parts.tolist(), strict=True)}
        files, origins = [], Counter(self.pairs_left_out)
        for number, split in enumerate(SPLITS):
            mine = sorted({pair.line for pair in self._pairs if where.get(pair.execution_id.bytes) == number})
            if mine:
                with store.writing(self.folder) as out:
                    for line in mine:
                        out.write(line)
                files.append(_stored("pairs", split, out, len(mine)))
        extra["pairs"] = {"count": sum(one.lines for one in files), "left_out": dict(sorted(origins.items()))}
        return files

    def _content_hash(self, members: Any, parts: Any) -> str:
        """SHA-256 over what was asked for and, in their order, the part and the hash of every line."""
        import numpy as np

        digest = hashlib.sha256(json.dumps(self.recipe, sort_keys=True, ensure_ascii=False).encode() + b"\n")
        hashes = np.frombuffer(self._hashes, dtype=np.uint8).reshape(self.count, 32)
        for some in _pieces(len(members)):
            digest.update(np.column_stack([parts[some].astype(np.uint8), hashes[members[some]]]).tobytes())
        return digest.hexdigest()

    def _leakage(
        self, signed: Any, chosen: Any, parts: Any, groups: Any, links: Any, place: Any, report: Any, extra: Any
    ) -> dict[str, Any]:
        import numpy as np

        bodies = np.frombuffer(self._bodies, dtype=np.uint64).reshape(self.count, 4)[chosen]
        keys = {
            "conversation": np.frombuffer(self._conversation, dtype=np.uint64)[chosen],
            "topic": np.frombuffer(self._topic, dtype=np.uint64)[chosen],
        }
        found = reporting.leakage(parts, links, bodies[:, 0] ^ bodies[:, 1], keys)
        for pair in found["pairs"]:
            for side in ("held_out", "training"):
                one = int(chosen[pair[side]])
                pair[side] = {
                    "position": int(place[one]),
                    "execution_id": self._uuid(one),
                    "split": SPLITS[parts[pair[side]]],
                }
        return found | {"straddles": extra["straddles"], "time": reporting.times(report)}

    def _member_rows(self, id: UUID, members: Any, parts: Any, starts: Any) -> Iterator[tuple[Any, ...]]:
        for position, one, part, start in _in_pieces(members, parts, starts):
            bounds = slice(32 * one, 32 * one + 32)
            yield (
                id,
                position,
                self._uuid_object(one),
                self._part_names.words[self._parts[one]],
                part,
                bytes(self._hashes[bounds]),
                bytes(self._bodies[bounds]),
                start,
                self._size[one],
            )

    def _left_rows(
        self, id: UUID, stands: Any, alike: Any, kinds: Any, straddling: Any, place: Any
    ) -> Iterator[tuple[Any, ...]]:
        import numpy as np

        gone = np.concatenate([np.flatnonzero(stands >= 0), straddling])
        for position, one in enumerate(gone.tolist()):
            leader = int(stands[one])
            reason = ("straddles", "exact", "near")[kinds[one]]
            where = int(place[leader]) if leader >= 0 else -1
            share = round(float(alike[one]), 4) if leader >= 0 else None
            part = self._part_names.words[self._parts[one]]
            yield (id, position, self._uuid_object(one), part, reason, share, where if where >= 0 else None)

    def _id(self, one: int) -> bytes:
        return bytes(self._ids[16 * one : 16 * one + 16])

    def _uuid_object(self, one: int) -> UUID | None:
        raw = self._id(one)
        return None if raw == NONE else UUID(bytes=raw)

    def _uuid(self, one: int) -> str | None:
        found = self._uuid_object(one)
        return None if found is None else str(found)


def _pieces(many: int) -> Iterator[slice]:
    return (slice(first, first + _AT_ONCE * 10) for first in range(0, many, _AT_ONCE * 10))


def _in_pieces(*arrays: Any) -> Iterator[tuple[Any, ...]]:
    """(position, value of each array) one after the other, as plain numbers; never all of them at once."""
    for some in _pieces(len(arrays[0])):
        yield from zip(range(some.start, some.stop), *(one[some].tolist() for one in arrays), strict=False)


def _together(begins: Any, lengths: Any) -> Iterator[tuple[int, int]]:
    """(begin, length) of pieces of a file in their order; what lies side by side is one, up to a size."""
    first = last = 0
    for _, begin, length in _in_pieces(begins, lengths):
        if begin == last and last - first < _MOST_READ:
            last += length
            continue
        if last > first:
            yield first, last - first
        first, last = begin, begin + length
    if last > first:
        yield first, last - first


def _stored(kind: Any, split: str, out: store.Writer, lines: int) -> Stored:
    assert out.kept is not None
    return Stored(kind=kind, split=split, key=out.kept.key, bytes=out.kept.bytes, sha256=out.kept.sha256, lines=lines)


def _number(key: str | None) -> int:
    """A 64-bit number for a name, 0 for none; names that differ only in case or blanks are one."""
    if not key:
        return 0
    plain = " ".join(key.casefold().split()).encode()
    return int.from_bytes(hashlib.blake2b(plain, digest_size=8).digest(), "big") | 1

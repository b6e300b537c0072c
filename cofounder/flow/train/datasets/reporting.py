"""What a version is like: how long, how balanced, what it fits, and what of its parts knows of each other. Pure but for arrays."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cofounder.flow.quality.prose import counted
from cofounder.flow.train.datasets.schemas import Stored
from cofounder.flow.train.datasets.splitting import OUT, TRAIN, joined, links_of
from cofounder.flow.train.datasets.tables import SPLITS
from cofounder.flow.train.formats import TARGETS
from cofounder.flow.train.roles.redaction import Redactor

_CLASSES = 50  # of one label that are listed
_PAIRS = 20  # of leaking lines that are shown
_BANDS = ("0.0-0.2", "0.2-0.4", "0.4-0.6", "0.6-0.8", "0.8-1.0")


@dataclass(frozen=True)
class Lines:
    """The lines of a version as arrays; times in microseconds since 1970, labels as (codes, words)."""

    times: Any
    quality: Any
    tokens: Any
    characters: Any
    parts: Any
    labels: dict[str, tuple[Any, Sequence[str]]]


def statistics(lines: Lines, files: Sequence[Stored]) -> dict[str, Any]:
    """Counts, lengths, class balance, and what each target would say to it."""
    return {
        "lines": len(lines.parts),
        "by_split": {name: int((lines.parts == number).sum()) for number, name in enumerate(SPLITS)},
        "tokens": _lengths(lines.tokens),
        "characters": _lengths(lines.characters),
        "classes": {name: _balance(codes, words) for name, (codes, words) in lines.labels.items()},
        "quality": _bands(lines.quality),
        "fits": fits(lines, files),
    }


def _lengths(values: Any) -> dict[str, Any]:
    import numpy as np

    if not len(values):
        return {"total": 0, "mean": None, "median": None, "p95": None, "longest": None}
    return {
        "total": int(values.sum(dtype=np.int64)),
        "mean": round(float(values.mean()), 1),
        "median": float(np.median(values)),
        "p95": round(float(np.percentile(values, 95)), 1),
        "longest": int(values.max()),
    }


def _balance(codes: Any, words: Sequence[str]) -> dict[str, int]:
    import numpy as np

    found = np.bincount(codes, minlength=len(words))
    ranked = sorted(zip(words, found.tolist(), strict=True), key=lambda one: (-one[1], one[0]))
    clean = Redactor()  # everybody reads these, also of a version that keeps personal data
    told: Counter[str] = Counter()
    for word, count in ranked[:_CLASSES]:
        if count:
            told[clean.text(word)] += count
    return dict(told)


def _bands(quality: Any) -> dict[str, int]:
    import numpy as np

    known = quality[~np.isnan(quality)]
    places = np.minimum((known * 5).astype(int), 4)
    found = {name: int((places == number).sum()) for number, name in enumerate(_BANDS)}
    return found | {"none": len(quality) - len(known)}


def fits(lines: Lines, files: Sequence[Stored]) -> dict[str, dict[str, Any]]:
    """target -> {ok, problems}: line and file limits. Tokens are estimated, on the safe side."""
    training = sum(one.lines for one in files if (one.kind, one.split) == ("lines", "train"))
    validation = sum(one.lines for one in files if (one.kind, one.split) == ("lines", "validation"))
    largest = max((one.bytes for one in files if one.kind == "lines"), default=0)
    found = {}
    for target, most in TARGETS.items():
        problems = []
        long = int((lines.tokens > most.tokens).sum()) if most.tokens is not None else 0
        if long:
            problems.append(f"{counted(long, 'line')} may have more than {most.tokens:,} tokens.")
        if most.bytes is not None and largest > most.bytes:
            problems.append(f"Its largest file has {largest:,} bytes; {most.bytes:,} are taken.")
        if training < most.fewest:
            problems.append(f"It has {training:,} training lines; at least {most.fewest:,} are wanted.")
        if most.most is not None and training > most.most:
            problems.append(f"It has {training:,} training lines; at most {most.most:,} are taken.")
        if most.validation_most is not None and validation > most.validation_most:
            problems.append(f"It has {validation:,} validation lines; at most {most.validation_most:,} are taken.")
        found[target] = {"ok": not problems, "problems": problems}
    return found


def leakage(parts: Any, links: tuple[Any, Any, Any], bodies: Any, keys: dict[str, Any]) -> dict[str, Any]:
    """How many held-out lines training has seen: the same, nearly the same, of one conversation, of one topic.

    `pairs` are places of lines: a held-out one and one of training that is like it, most alike first.
    """
    import numpy as np

    size = len(parts)
    found: dict[str, Any] = {
        "exact": _seen(size, parts, *links_of(bodies)),
        "near": _seen(size, parts, links[0], links[1]),
        **{name: _seen(size, parts, *links_of(values)) for name, values in keys.items()},
    }
    ones, others, shares = links
    across = (parts[ones] != parts[others]) & (parts[ones] != OUT) & (parts[others] != OUT)
    across &= (parts[ones] == TRAIN) | (parts[others] == TRAIN)
    order = np.argsort(-shares[across], kind="stable")
    pairs: list[dict[str, Any]] = []
    shown = set()
    for one, other, share in zip(ones[across][order], others[across][order], shares[across][order], strict=True):
        held, trained = (other, one) if parts[one] == TRAIN else (one, other)
        if (held, trained) not in shown and len(pairs) < _PAIRS:
            shown.add((held, trained))
            pairs.append({"held_out": int(held), "training": int(trained), "similarity": round(float(share), 4)})
    return found | {"pairs": pairs, "clean": not any(found.values())}


def _seen(size: int, parts: Any, ones: Any, others: Any) -> int:
    """Held-out lines that hang together with a line of training."""
    import numpy as np

    if not size or not len(ones):
        return 0
    groups = joined(size, ones, others)
    trained = np.zeros(int(groups.max()) + 1, dtype=bool)
    trained[groups[parts == TRAIN]] = True
    return int(((parts > TRAIN) & trained[groups]).sum())


def times(lines: Lines) -> dict[str, Any]:
    """split -> from and until when, and whether training reaches into what is held out."""
    found: dict[str, Any] = {}
    for number, name in enumerate(SPLITS):
        mine = lines.times[lines.parts == number]
        if len(mine):
            found[name] = {"from": _moment(int(mine.min())), "until": _moment(int(mine.max()))}
    held = lines.times[lines.parts > TRAIN]
    trained = lines.times[lines.parts == TRAIN]
    found["overlap"] = bool(len(held) and len(trained) and int(trained.max()) >= int(held.min()))
    return found


def _moment(microseconds: int) -> str:
    return datetime.fromtimestamp(microseconds / 1_000_000, UTC).isoformat().replace("+00:00", "Z")

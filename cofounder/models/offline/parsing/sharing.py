"""A unit that two amounts share and one of them has: "from 5 to 3 percent", "from $2 to $3 million", "$150k, up from 120"."""

from cofounder.models.figures.written import worth
from cofounder.models.offline.parsing.amounts import SCALE

_NEAR = 10.0  # one value of a figure is hardly more than so many times the other


def share(got: dict[str, str | None]) -> bool:
    """Gives the bare one of `now` and `was` the unit of the other; False where it may be meant with or without it."""
    for bare, other in (("was", "now"), ("now", "was")):
        amount, beside = _digits(got, bare), _digits(got, other)
        if amount is None or beside is None or got.get(f"{bare}p") or got.get(f"{bare}s"):
            continue
        if got.get(f"{other}p"):
            if not 1 <= amount <= 100 or got.get(f"{bare}c") or got.get(f"{bare}u"):
                return False  # 0.5 may be a half of it all
            got[f"{bare}p"] = "%"
        elif scale := (got.get(f"{other}s") or "").strip():
            lifted, beside = amount * SCALE[scale], beside * SCALE[scale]
            if _alike(amount, beside):
                continue
            if not _alike(lifted, beside):
                return False
            got[f"{bare}s"] = scale
    return True


def _digits(got: dict[str, str | None], key: str) -> float | None:
    said = got.get(f"{key}n")
    return worth(said, scaled=True) if said else None


def _alike(one: float, other: float) -> bool:
    return 0 < one <= _NEAR * other and 0 < other <= _NEAR * one

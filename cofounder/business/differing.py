"""Figures given beside a request that say something else than its own words."""

import math
from collections.abc import Mapping
from typing import Any

from cofounder.business.catalogue import in_percent
from cofounder.business.metrics import PERIOD, Metric, earlier, meaning, metric, money


def differing(given: Mapping[str, Any] | None, said: Mapping[str, Any]) -> list[str]:
    """Where the request's own words say another value than the figures given beside it, which win: one sentence each."""
    if not given or given.get(PERIOD, "month") != said.get(PERIOD, "month"):
        return []
    by_meaning = {meaning(name): (name, value) for name, value in given.items() if name != PERIOD}
    out = []
    for name, value in said.items():
        if name == PERIOD:
            continue
        field, other = by_meaning.get(meaning(name), ("", None))
        if isinstance(other, bool) or not isinstance(other, int | float):
            continue
        worth = other / 100 if in_percent(field) else other
        if not math.isclose(worth, value, rel_tol=1e-9):
            known = metric(earlier(name)[2])
            out.append(
                f"Your words say {name.replace('_', ' ')} {_amount(known, value)}, {field} given beside them says "
                f"{_amount(known, worth)}: the text rests on what is given beside."
            )
    return out


def _amount(known: Metric, value: float) -> str:
    if known.unit == "usd":
        return money(value)
    return f"{100 * value:.10g}%" if known.unit == "rate" else f"{value:,.10g}"

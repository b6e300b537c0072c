"""What a target tells of a job, as it can be kept: a figure that cannot be is not told. Pure."""

import math
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from cofounder.flow.train.tuners.interface import Event, Progress
from cofounder.kit import storable

_MOST = 2**53  # steps, tokens, nanoseconds apart: beyond it JSON's readers no longer tell neighbours apart
_MOST_USD = Decimal(100_000_000)
_LAST = datetime(2200, 1, 1, tzinfo=UTC)


def count(given: Any) -> int | None:
    """A number of things."""
    whole = isinstance(given, int | float) and not isinstance(given, bool) and 0 <= given <= _MOST
    return int(given) if whole else None


def digits(given: Any) -> int | None:
    """A number of things that is told as text, as Google tells whole numbers."""
    text = str(given)
    return count(int(text)) if text.isascii() and text.isdigit() and len(text) < 20 else None


def amount(given: Any) -> float | None:
    """A measured value."""
    good = isinstance(given, int | float) and not isinstance(given, bool) and abs(given) <= 1e100
    return float(given) if good else None


def usd(given: Any) -> Decimal | None:
    """A price."""
    try:
        price = Decimal(str(given))
    except ArithmeticError:
        return None
    return price if price.is_finite() and 0 <= price <= _MOST_USD else None


def moment(seconds: Any) -> datetime | None:
    """A time since 1970."""
    known = amount(seconds)
    return datetime.fromtimestamp(known, UTC) if known is not None and 0 < known < _LAST.timestamp() else None


def progress(told: Progress) -> Progress:
    """The same without what cannot be."""
    share = told.share if isinstance(told.share, int | float) and math.isfinite(told.share) else None
    return replace(
        told,
        share=None if share is None else min(max(share, 0.0), 1.0),
        error=storable.mended(told.error),
        trained_tokens=count(told.trained_tokens),
        cost_usd=None if told.cost_usd is None else usd(told.cost_usd),
        raw_state=storable.mended(told.raw_state),
    )


def event(one: Event) -> Event:
    """The same without what cannot be."""
    return replace(
        one,
        id=storable.mended(one.id),
        message=storable.mended(one.message),
        step=count(one.step),
        loss=amount(one.loss),
        eval_loss=amount(one.eval_loss),
    )


def details(given: dict[str, Any]) -> dict[str, Any]:
    """What else is told of a result; nothing where it cannot be kept."""
    mended: dict[str, Any] = storable.mended(given)
    return mended if storable.first_fault(mended) is None else {}

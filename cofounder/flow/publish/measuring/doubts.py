"""What is odd about a reading, in words. It is kept all the same: channels count in ways of their own, and take back."""

from collections.abc import Mapping, Sequence

from cofounder.business.imports import oddities
from cofounder.business.records import service as records
from cofounder.business.records.odd import ODD
from cofounder.channels.readers import COUNTERS

_ODD = ODD["social_analytics"]
_UNTIMED = "measured_at_missing"


def of(row: records.ReadingRow, earlier: Sequence[records.ReadingRow]) -> list[str]:
    """What its flags mean by its figures, and what has become less since the reading before. `earlier`: in the order of time."""
    values = {name: getattr(row, name) for name in (*COUNTERS, "engaged_users")}
    return [*(_said(flag, values) for flag in row.flags if _is_told(flag)), *_falls(row, earlier)]


def _is_told(flag: str) -> bool:
    """Whether it is worth words: which figures are missing is seen."""
    return not flag.endswith("_missing") or flag == _UNTIMED


def _said(flag: str, values: Mapping[str, int | None]) -> str:
    return _ODD[flag].told(values) if flag in _ODD else oddities.say(flag)


def _falls(row: records.ReadingRow, earlier: Sequence[records.ReadingRow]) -> list[str]:
    notes = []
    for name in COUNTERS:
        value = getattr(row, name)
        before = next((one for one in reversed(earlier) if getattr(one, name) is not None), None)
        if value is not None and before is not None and getattr(before, name) > value:
            at = f"{before.measured_at:%Y-%m-%d %H:%M} UTC"
            notes.append(f"{name.capitalize()} fell: {value:,} below {getattr(before, name):,} at {at}.")
    return notes

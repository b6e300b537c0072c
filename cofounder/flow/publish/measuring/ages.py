"""When a post is read, and which of its ages a reading is for. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

BY_HAND = timedelta(hours=72)  # people are asked for the reading that scores a post, and for later ones
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=10), timedelta(hours=6)


@dataclass(frozen=True)
class Due:
    """One age of a publication that was not read yet."""

    age: timedelta
    due_at: datetime


def by_hand(ages: Sequence[timedelta]) -> tuple[timedelta, ...]:
    """The ages at which a person is asked: those of three days and more, else the last one."""
    return tuple(age for age in ages if age >= BY_HAND) or tuple(ages[-1:])


def placed(due: Sequence[Due], at: datetime) -> tuple[list[Due], list[Due]]:
    """(the ages that a reading at this time is for, those it comes too late for); ages not reached yet are in neither.

    It is for the last age that was reached, however late, and for earlier ones that it is late for by no more than
    half their age.
    """
    reached = sorted((one for one in due if one.due_at <= at), key=lambda one: one.age)
    read = [one for one in reached if one is reached[-1] or at - one.due_at <= one.age / 2]
    return read, [one for one in reached if one not in read]


def again_at(at: datetime, attempts: int) -> datetime:
    """When to try again after so many attempts in vain: ten minutes, doubled each time, at most six hours."""
    return at + min(FIRST_PAUSE * float(2 ** min(max(attempts - 1, 0), 12)), LONGEST_PAUSE)


def named(age: timedelta) -> str:
    """1 h, 72 h, 7 d: as people write an age."""
    seconds = int(age.total_seconds())
    if seconds % 86_400 == 0 and seconds != 3 * 86_400 and seconds > 86_400:
        return f"{seconds // 86_400} d"
    return f"{seconds // 3_600} h" if seconds % 3_600 == 0 else f"{seconds // 60} min"

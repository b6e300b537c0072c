"""Which of its ages a reading is for, and when one comes too late."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cofounder.flow.publish.measuring import ages
from cofounder.flow.publish.measuring.ages import Due
from cofounder.settings import post_ages

AT = datetime(2030, 1, 1, tzinfo=UTC)
HOURS = (1, 6, 24, 72, 168)


def due(*hours: int) -> list[Due]:
    return [Due(timedelta(hours=one), AT + timedelta(hours=one)) for one in hours]


def of(rows: list[Due]) -> list[int]:
    return [int(one.age / timedelta(hours=1)) for one in rows]


@pytest.mark.parametrize(
    ("hours", "read", "missed"),
    [
        (0.5, [], []),
        (1.0, [1], []),
        (5.9, [1], []),  # late, and the next is not due yet: better than none
        (6.0, [6], [1]),
        (7.0, [6], [1]),
        (30.0, [24], [1, 6]),
        (400.0, [168], [1, 6, 24, 72]),
    ],
)
def test_a_reading_is_for_the_last_age_that_was_reached(hours: float, read: list[int], missed: list[int]) -> None:
    found = ages.placed(due(*HOURS), AT + timedelta(hours=hours))
    assert (of(found[0]), of(found[1])) == (read, missed)


def test_two_ages_close_together_share_a_reading() -> None:
    assert of(ages.placed(due(20, 24), AT + timedelta(hours=25))[0]) == [20, 24]


@given(st.lists(st.integers(1, 700), min_size=1, max_size=12, unique=True), st.lists(st.floats(0, 1_500), max_size=30))
def test_whenever_one_reads_each_age_ends_once(hours: list[int], times: list[float]) -> None:
    left, ended = due(*hours), []
    for at in sorted(times):
        read, missed = ages.placed(left, AT + timedelta(hours=at))
        assert all(one.due_at <= AT + timedelta(hours=at) for one in (*read, *missed))
        assert bool(read) == any(one.due_at <= AT + timedelta(hours=at) for one in left)
        ended += [*read, *missed]
        left = [one for one in left if one not in ended]
    assert len(ended) == len({one.age for one in ended})
    assert len(ended) + len(left) == len(hours)


def test_pauses_grow_and_end() -> None:
    pauses = [ages.again_at(AT, attempts) - AT for attempts in range(200)]
    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(minutes=10)
    assert pauses[-1] == timedelta(hours=6)


def test_people_are_asked_for_few_readings() -> None:
    assert ages.by_hand(post_ages("1h, 6h, 24h, 72h, 7d")) == (timedelta(hours=72), timedelta(days=7))
    assert ages.by_hand(post_ages("1h, 6h")) == (timedelta(hours=6),)


def test_ages_are_read_as_people_write_them() -> None:
    assert [ages.named(one) for one in post_ages("7d,1h, 72h, 30 min,24 h")] == ["30 min", "1 h", "24 h", "72 h", "7 d"]
    for wrong in (
        "",
        "1",
        "0h",
        "1h,,2h",
        "1m",
        "5 min",
        "31d",
        "-1h",
        "1h; 2h",
        ",".join(f"{n}h" for n in range(1, 14)),
    ):
        with pytest.raises(ValueError, match=r"age"):
            post_ages(wrong)

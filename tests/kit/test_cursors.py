"""A cursor is read back as it was given, and whatever else stands in one is refused before a database sees it."""

import base64
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cofounder.kit import cursors
from cofounder.kit.clock import stamp
from cofounder.kit.errors import InputInvalid

IDS = st.uuids()
TIMES = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))
SOME = UUID(int=7)


class Unclear(InputInvalid):
    """Not of this list."""


@given(TIMES, IDS)
def test_what_was_given_is_read_back(at: datetime, id: UUID) -> None:
    assert cursors.decoded(cursors.coded(at, id), Unclear) == (at, id)
    assert cursors.moment_and_id(f"{stamp(at)}~{id}", Unclear) == (at, id)
    assert cursors.moment(stamp(at), Unclear) == at


@given(st.integers(0, cursors.LARGEST))
def test_a_number_is_read_back(number: int) -> None:
    assert cursors.number(str(number), Unclear) == number


@given(st.text(max_size=200))
@example("²")  # isdigit says yes, and int() fails
@example("１２")  # digits of another script
@example("٣")
@example("9223372036854775807")  # larger than a column
@example("9" * 200)
@example("9" * 5_000)
@example("0001-01-01T00:00:00+14:00")  # no such day in UTC
@example("9999-12-31T23:59:59-14:00")
@example(f"0001-01-01T00:00:00+14:00~{SOME}")
@example(base64.urlsafe_b64encode(f"0001-01-01T00:00:00+14:00|{SOME}".encode()).decode())
@example(base64.urlsafe_b64encode(b"\xff\xfe").decode())
def test_anything_else_is_refused(words: str) -> None:
    for read in (cursors.number, cursors.moment, cursors.moment_and_id, cursors.decoded):
        try:
            found = read(words, Unclear)
        except Unclear:
            continue
        assert read is not cursors.number or str(found) == words.lstrip("0") or found == 0


@pytest.mark.parametrize("words", ["²", "１２", "2147483648", "9" * 30, "-1", "+1", " 1", "1_0", ""])
def test_only_plain_digits_of_a_column_are_a_number(words: str) -> None:
    with pytest.raises(Unclear) as refused:
        cursors.number(words, Unclear)
    assert refused.value.field == "cursor"


@given(st.datetimes(datetime(1, 1, 1), datetime(1, 1, 1, 13)))
def test_the_ends_of_the_calendar_are_refused(at: datetime) -> None:
    early = at.replace(tzinfo=timezone(timedelta(hours=14)))
    with pytest.raises(Unclear):
        cursors.moment_and_id(f"{early.isoformat()}~{SOME}", Unclear)
    with pytest.raises(Unclear):
        cursors.moment_and_id(f"{at.isoformat()}~{SOME}", Unclear)  # without a zone

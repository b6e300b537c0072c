"""A cursor is read back as it was given, and whatever else stands in one is refused before a database sees it."""

import base64
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from cofounder.kit import cursors
from cofounder.kit.errors import InputInvalid

IDS = st.uuids()
TIMES = st.datetimes(datetime(1901, 1, 1), datetime(2199, 12, 31), timezones=st.just(UTC))
SOME = UUID(int=7)


class Unclear(InputInvalid):
    """Not of this list."""


@given(TIMES, IDS)
@example(datetime(1969, 12, 31, 23, 59, 59, 999_999, UTC), SOME)
def test_what_was_given_is_read_back(at: datetime, id: UUID) -> None:
    assert cursors.decoded(cursors.coded(at, id), Unclear) == (at, id)
    assert cursors.point_in_time(cursors.stamped(at)) == at


@given(st.datetimes(datetime(2002, 1, 1), datetime(2199, 12, 31), timezones=st.just(UTC)))
def test_a_time_alone_is_read_back(at: datetime) -> None:
    assert cursors.moment(cursors.stamped(at), Unclear) == at


@given(st.integers(0, 999_999_999))
def test_a_number_is_read_back(number: int) -> None:
    assert cursors.number(str(number), Unclear) == number


@given(st.text(max_size=200))
@example("²")  # isdigit says yes, and int() fails
@example("１２")  # digits of another script
@example("٣")
@example("1\n")
@example("9223372036854775807")  # larger than a column
@example("9" * 200)
@example("9" * 5_000)
@example("2026-01-01T00:00:00Z")
@example(f"1.{SOME}\n")
@example(f"1.{SOME}".upper())
@example(base64.urlsafe_b64encode(f"2026-01-01T00:00:00Z|{SOME}".encode()).decode())
def test_anything_else_is_refused(words: str) -> None:
    for read in (cursors.number, cursors.moment, cursors.decoded):
        try:
            found = read(words, Unclear)
        except Unclear:
            continue
        assert read is not cursors.number or str(found) == words.lstrip("0") or found == 0


@given(st.from_regex(cursors.MOMENT_AND_ID, fullmatch=True))
def test_whatever_looks_as_it_is_declared_is_read(words: str) -> None:
    at, id = cursors.decoded(words, Unclear) or (None, None)
    assert at is not None
    assert at.tzinfo is UTC
    assert str(id) == words.split(".")[1]


@pytest.mark.parametrize(
    ("kind", "pattern"),
    [(cursors.OfPlace, cursors.PLACE), (cursors.OfId, cursors.ID), (cursors.OfMomentAndId, cursors.MOMENT_AND_ID)],
)
def test_the_openapi_says_what_a_cursor_looks_like_and_the_list_refuses_the_rest(kind: Any, pattern: str) -> None:
    adapter = TypeAdapter[str | None](kind)
    assert adapter.json_schema()["anyOf"][0]["pattern"] == pattern
    assert adapter.validate_python("nonsense") == "nonsense"  # with the list's own error, which says what to do


@pytest.mark.parametrize("words", ["²", "１２", "1000000000", "9" * 30, "-1", "+1", " 1", "1_0", ""])
def test_only_plain_digits_of_a_column_are_a_number(words: str) -> None:
    with pytest.raises(Unclear) as refused:
        cursors.number(words, Unclear)
    assert refused.value.field == "cursor"


@pytest.mark.parametrize("words", ["²", "2147483648", "9" * 30, "-1", "1_0", ""])
def test_a_whole_number_has_plain_digits_and_fits_into_a_column(words: str) -> None:
    assert cursors.whole_number(str(cursors.LARGEST)) == cursors.LARGEST
    with pytest.raises(ValueError, match=words or "^$"):
        cursors.whole_number(words)

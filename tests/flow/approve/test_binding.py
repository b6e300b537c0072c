"""Fingerprints and differences hold for any text."""

import difflib
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cofounder.flow.approve.binding import canonical, fingerprint, word_diff

DOCUMENTS: Any = st.dictionaries(
    st.text(max_size=8), st.text(max_size=40) | st.integers() | st.none() | st.lists(st.text(max_size=8)), max_size=5
)


@given(before=st.text(max_size=300), after=st.text(max_size=300))
def test_the_difference_gives_both_texts_back(before: str, after: str) -> None:
    changes = word_diff(before, after)
    assert "".join(one["text"] for one in changes if one["op"] != "insert") == before
    assert "".join(one["text"] for one in changes if one["op"] != "delete") == after


@given(text=st.text(max_size=200))
def test_nothing_changed_is_no_change(text: str) -> None:
    assert all(one["op"] == "equal" for one in word_diff(text, text))


def test_a_long_text_is_compared_with_any_other_in_bounded_work(monkeypatch: pytest.MonkeyPatch) -> None:
    work: list[int] = []

    class Counting(difflib.SequenceMatcher[str]):
        def __init__(self, **given: Any) -> None:
            super().__init__(**given)
            old, new = Counter(given["a"]), Counter(given["b"])
            pairs = sum(count * new[piece] for piece, count in old.items())
            work.append(pairs * sum((old & new).values()))

    monkeypatch.setattr(difflib, "SequenceMatcher", Counting)
    said = "We grew by a fifth this quarter, and the team is proud of what it did for our customers. " * 30
    for before, after in ((said, "a " * 50_000), ("a " * 50_000, "b a " * 25_000), (said, "x. y " * 20_000)):
        test_the_difference_gives_both_texts_back.hypothesis.inner_test(before, after)  # type: ignore[attr-defined]
    assert max(work, default=0) <= 20_000_000


def test_two_changes_in_a_long_text_are_told_apart() -> None:
    said = "".join(f"Sentence {number} says what it says of the quarter. " for number in range(2_000))
    changed = said.replace("Sentence 7 says", "Sentence 7 tells").replace("Sentence 1990 says", "Sentence 1990 tells")
    changes = word_diff(said, changed)
    assert [one["text"].strip() for one in changes if one["op"] == "delete"] == ["says", "says"]
    assert [one["text"].strip() for one in changes if one["op"] == "insert"] == ["tells", "tells"]


@given(document=DOCUMENTS)
def test_the_order_of_keys_does_not_change_a_fingerprint(document: dict[str, Any]) -> None:
    assert fingerprint(document) == fingerprint(dict(reversed(list(document.items()))))


@given(one=DOCUMENTS, two=DOCUMENTS)
def test_two_documents_share_a_fingerprint_only_when_they_say_the_same(
    one: dict[str, Any], two: dict[str, Any]
) -> None:
    assert (fingerprint(one) == fingerprint(two)) == (canonical(one) == canonical(two))

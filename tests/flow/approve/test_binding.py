"""Fingerprints and differences hold for any text."""

from typing import Any

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


@given(document=DOCUMENTS)
def test_the_order_of_keys_does_not_change_a_fingerprint(document: dict[str, Any]) -> None:
    assert fingerprint(document) == fingerprint(dict(reversed(list(document.items()))))


@given(one=DOCUMENTS, two=DOCUMENTS)
def test_two_documents_share_a_fingerprint_only_when_they_say_the_same(
    one: dict[str, Any], two: dict[str, Any]
) -> None:
    assert (fingerprint(one) == fingerprint(two)) == (canonical(one) == canonical(two))

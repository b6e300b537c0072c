"""A text given as a thread is cut where a reader would pause, and every post of it fits."""

import re

from hypothesis import given
from hypothesis import strategies as st

from cofounder import channels
from cofounder.channels.layout import tidy
from cofounder.channels.threading import posts
from cofounder.models.brief import Draft

SENTENCE = "Beans from the farm cost twelve per cent more than they did in spring, and we pay it. "


def test_posts_end_at_blank_lines_and_at_the_rules_that_set_shown_posts_apart() -> None:
    assert posts("First about beans.\n\nSecond about farms.", 280) == ["First about beans.", "Second about farms."]
    assert posts("First.\n\n---\n\nSecond.", 280) == ["First.", "Second."]


def test_a_long_paragraph_is_cut_at_sentences() -> None:
    found = posts((SENTENCE * 5).strip() + "\n\nThe end.", 280)
    assert found == [(SENTENCE * 3).strip(), (SENTENCE * 2).strip(), "The end."]


def test_a_long_sentence_is_cut_at_words_and_goes_on_with_the_next() -> None:
    found = posts("word " * 70 + "end. After it.", 280)
    assert all(channels.length("x", one) <= 280 for one in found)
    assert found[0] == " ".join(["word"] * 56)
    assert found[1].endswith("word end. After it.")


def test_signs_without_spaces_are_cut_by_their_weight_and_no_link_or_emoji_is_torn() -> None:
    link = "https://acme.law/" + "a" * 300
    found = posts("豆" * 139 + "👩‍🌾" * 3 + link, 280)
    assert found == ["豆" * 139 + "👩‍🌾", "👩‍🌾" * 2 + link]


PIECES = ["a", "b", " ", ". ", "!", "\n", "\n\n", "豆", "é", "👍", "https://acme.test/x ", "words and more "]


@given(st.lists(st.sampled_from(PIECES), max_size=300), st.integers(40, 280))
def test_every_post_fits_and_no_sign_is_lost(pieces: list[str], limit: int) -> None:
    text = "".join(pieces)
    found = posts(text, limit)
    assert all(one and channels.length("x", one) <= limit for one in found)
    assert _bare("".join(found)) == _bare(text)


def test_link_and_hashtags_without_room_in_the_last_post_are_a_post_of_their_own() -> None:
    drawn = channels.render("x thread", Draft(body="a" * 270, link="https://acme.test", hashtags=["beans"]))
    assert drawn.parts == ["a" * 270, "https://acme.test\n\n#beans"]
    assert drawn.length <= 280


def _bare(text: str) -> str:
    return re.sub(r"\s", "", tidy(text))

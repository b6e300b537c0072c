"""Cutting a text up, and counting what readability needs."""

import pytest

from cofounder.flow.quality.prose import grade, negated, paragraphs, sentences, syllables, unmarked

SPOKEN = (
    "revenue 3 customer 3 visits 2 conversion 3 month 1 number 2 question 2 smaller 2 earlier 3 included 3 changed 1 needed 2 "
    "reached 1 company 3 table 2 tables 2 average 3 quarter 2 percentage 3 being 2 media 3 social 2 serious 3 growth 1 million 2 "
    "pages 2 boxes 2 makes 1 sales 1 trial 2 actual 3 created 3 idea 3 business 2 people 2 played 1 applied 2 saying 2 analysis 4 "
    "experience 4 audience 3 science 2 quiet 2 don't 1 couldn't 2 that's 1 little 2 settled 2 because 2 available 4 software 2 "
    "employee 3 committee 3 free 1 movie 2 react 2 museum 3 geography 4 ratio 3 union 2 opinion 3 annual 3 individual 5 queue 1 "
    "well-known 2 $150,000 1 20% 1"
)
COUNTED = SPOKEN.split()


@pytest.mark.parametrize(("word", "count"), list(zip(COUNTED[::2], map(int, COUNTED[1::2]), strict=True)))
def test_syllables_are_counted_as_they_are_spoken(word: str, count: int) -> None:
    assert syllables(word) == count


def test_a_figure_with_a_point_ends_no_sentence() -> None:
    assert [one.text for one in sentences("It was 4.5%. Now?\nYes")] == ["It was 4.5%.", "Now?", "Yes"]


def test_sentences_know_their_place() -> None:
    text = 'One. "Two!" Three (four). Five'
    assert [text[one.start : one.end] for one in sentences(text)] == [one.text for one in sentences(text)]


def test_little_text_has_no_grade_and_hard_text_a_high_one() -> None:
    assert grade("Short text.") is None
    easy = grade("We bake bread. You eat it. " * 10)
    hard = grade(
        "Comprehensive organisational documentation demonstrates disproportionate operational characteristics. " * 8
    )
    assert easy is not None
    assert hard is not None
    assert easy < 2 < 15 < hard


def test_a_negation_reaches_its_clause_only() -> None:
    assert negated("We cannot guarantee it", 10)
    assert not negated("We can guarantee it", 7)
    assert not negated("It is not new, we guarantee it", 18)


def test_tags_and_links_are_no_paragraphs() -> None:
    assert paragraphs("One.\n\nTwo.\n\nhttps://acme.test\n\n#Retail #Bread") == ["One.", "Two."]


def test_markup_and_tables_are_not_prose() -> None:
    assert unmarked("## Orders\n\n| a | b |\n\nSee [the **book**](https://acme.test).").split() == [
        "Orders",
        "See",
        "the",
        "book.",
    ]

"""Given texts are shortened, restyled, edited and summed up without losing what they say."""

import pytest

from cofounder.models.brief import Brief, ChannelForm, Draft, WritingKind
from cofounder.models.figures import read
from cofounder.models.offline.texts import count_words, sentences
from cofounder.models.offline.writer import write
from tests.models.offline.facts import DEMO, Q4

FREE = ChannelForm(channel="outbox", words=(1, 20_000), paragraphs=(1, 400), facts=(0, 40))
TEXT = (
    "We are really very pleased to say that our new billing page is live. It was built in order to make each and every "
    "invoice easier to read. The page loads in 1.2 seconds, which is down from 4.0 seconds. At the end of the day, "
    "customers want to pay quickly and get on with their work. We tested it with 48 customers in March. Lena Ortiz led "
    "the work, and her team utilised feedback from support. However, there is more to do."
)


def work(kind: WritingKind, text: str | None = TEXT, **more: object) -> Draft:
    made = Brief(kind=kind, request="", topic="billing", form=FREE, text=text)
    return write(made.model_copy(update=more))


def test_a_shortened_text_keeps_figures_and_fits() -> None:
    draft = work("shorten", max_words=42)
    assert count_words(draft.body) <= 42
    assert {one.text for one in read(draft.body)} == {one.text for one in read(TEXT)}
    assert draft.notes[0].startswith(f"Cut from {count_words(TEXT)} to {count_words(draft.body)} words, figures kept")


def test_a_summary_holds_sentences_of_the_text_only() -> None:
    draft = work("summary")
    assert 3 <= len(sentences(draft.body)) <= 5
    assert all(one in TEXT for one in sentences(draft.body))
    assert not any(one.startswith(("However", "It ")) for one in sentences(draft.body))


def test_a_tone_changes_words_and_no_figures() -> None:
    friendly = work("restyle", tone="friendly").body
    assert "We're" in friendly
    assert [one.value for one in read(friendly)] == [one.value for one in read(TEXT)]
    formal = work("restyle", tone="formal", text="We can't wait! It's awesome and you'll get lots of updates.").body
    assert "'" not in formal
    assert "!" not in formal


def test_an_edit_that_names_its_change_does_that_one_only() -> None:
    draft = work("edit", request='replace "Lena Ortiz" with "our lead engineer"')
    assert draft.body == TEXT.replace("Lena Ortiz", "Our lead engineer")
    assert draft.notes[0] == "Replaced “Lena Ortiz” with “our lead engineer”."


def test_an_edit_without_a_wish_says_it_in_fewer_words() -> None:
    draft = work("edit", request="edit this")
    assert "in order to" not in draft.body
    assert count_words(draft.body) < count_words(TEXT)


def test_a_replacement_keeps_capitals_and_tells_what_is_not_there() -> None:
    draft = work(
        "edit", text="We sell coffee. Coffee is great.", request='replace "coffee" with "tea" and remove "milk"'
    )
    assert draft.body == "We sell tea. Tea is great."
    assert "“milk” does not stand in the text." in draft.notes


def test_slips_are_mended_and_nothing_else() -> None:
    slips = "we recieved teh the order yesterday ,and it was was really late.We are better then you!!"
    assert work("edit", text=slips, request="fix the typos").body == (
        "We received the order yesterday, and it was really late. We are better than you!"
    )
    right = "The U.S. team had had enough. It costs $5.00, which I knew. Ask e.g. Dana."
    assert work("edit", text=right, request="proofread").body == right


def test_a_passive_sentence_is_made_active_when_it_names_who_did_it() -> None:
    passive = "The page was redesigned by Lena Ortiz in March. The tests were run by us. It was not seen by anyone."
    assert work("edit", text=passive, request="make it active").body == (
        "Lena Ortiz redesigned the page in March. We ran the tests. It was not seen by anyone."
    )


@pytest.mark.parametrize(
    ("tone", "text", "wanted"),
    [
        (
            "formal",
            "Hi Dana, thanks a lot! I've figured out the bug.",
            "Dear Dana, thank you very much. I have identified the bug.",
        ),
        (
            "professional",
            "We've worked like crazy: 48 customers, $12,000.",
            "We have worked very hard: 48 customers, $12,000.",
        ),
        (
            "friendly",
            "You are required to present a card. However, it is free.",
            "You need to present a card. But it's free.",
        ),
        (
            "friendly",
            "It is as good as it is rare. We have seven shops.",
            "It's as good as it is rare. We have seven shops.",
        ),
        ("friendly", "Your purchase was received. We will assist.", "Your purchase was received. We'll help."),
        ("bold", "We think that our results are sort of good. We might grow.", "Our results are good. We might grow."),
        ("bold", "We think we will grow by 10%.", "We think we will grow by 10%."),
        (
            "plain",
            "Stakeholders should utilise an optimised methodology.",
            "Those involved should use an improved method.",
        ),
    ],
)
def test_a_tone_has_its_own_words(tone: str, text: str, wanted: str) -> None:
    assert work("restyle", text=text, tone=tone).body == wanted


def test_what_a_person_says_beats_the_default_tone() -> None:
    draft = work(
        "restyle", text="It is very formal.", request="Make this friendlier: It is very formal.", tone="professional"
    )
    assert draft.body == "It's very formal."


def test_a_tone_that_no_wording_makes_is_said() -> None:
    assert any("cannot make a text funny" in note for note in work("restyle", tone="humorous").notes)


def test_a_summary_fits_its_limit_and_says_when_it_cannot() -> None:
    assert count_words(work("summary", max_words=20).body) <= 20
    tight = work("summary", max_words=3)
    assert any("under 3 words" in note for note in tight.notes)


def test_without_a_text_the_writer_says_so() -> None:
    draft = work("shorten", text=None)
    assert draft.body == ""
    assert "no text" in draft.notes[0]


def test_headlines_are_as_many_as_asked_and_begin_differently() -> None:
    draft = work("headlines", text=None, facts=DEMO, period=Q4, count=5, topic="Q4 growth")
    assert len(draft.parts) == 5
    assert len({one.split()[0] for one in draft.parts}) == 5


def test_a_calendar_says_which_slots_need_input() -> None:
    draft = work("calendar", text=None, facts=DEMO[:2], period=Q4, count=4, request="Plan a calendar for LinkedIn")
    assert len(draft.parts) == 4
    assert sum(one.endswith("needs input") for one in draft.parts) == 2
    assert all(one.split(" ")[1].startswith("2025-1") for one in draft.parts)

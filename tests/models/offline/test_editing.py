"""Given texts are shortened, restyled, edited and summed up without losing what they say."""

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


def test_an_edit_does_the_replacement_it_was_asked_for() -> None:
    draft = work("edit", request='replace "Lena Ortiz" with "our lead engineer"')
    assert "Our lead engineer led the work" in draft.body
    assert "in order to" not in draft.body


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

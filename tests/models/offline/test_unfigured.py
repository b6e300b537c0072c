"""A text that shall state no figure has none, in any voice and form, and still tells which way things went."""

from datetime import date

import pytest

from cofounder import channels
from cofounder.models.brief import Base, Brief, Fact, Passage, Period
from cofounder.models.figures import read
from cofounder.models.offline.voice import VOICES
from cofounder.models.offline.writer import write

OCTOBER = Period(start=date(2026, 10, 1), end=date(2026, 10, 31), grain="month", label="October 2026")
REVENUE = Fact(
    id="revenue", metric="revenue", noun="revenue", value=150_000, unit="usd", period=OCTOBER, base=Base(value=125_000)
)
CUSTOMERS = Fact(id="customers", metric="customers", noun="customers", value=320, unit="count", period=OCTOBER)
RATE = Fact(
    id="rate", metric="conversion_rate", noun="conversion rate", value=0.039, unit="rate", period=OCTOBER,
    base=Base(value=0.045, label="the month before"),
)  # fmt: skip


def brief(**given: object) -> Brief:
    around: dict[str, object] = {
        "request": "Write a LinkedIn post about our revenue without any figures",
        "topic": "revenue",
        "form": channels.form("linkedin"),
        "facts": [REVENUE, CUSTOMERS, RATE],
        "must_avoid": ["any figure"],
    }
    return Brief.model_validate(around | given)


def figures_in(*texts: str | None) -> list[str]:
    return [
        one.text for text in texts for one in read(text or "") if one.unit in ("money", "percent", "points", "count")
    ]


@pytest.mark.parametrize("persona", VOICES)
@pytest.mark.parametrize("channel", ["linkedin", "x", "email", "blog"])
def test_no_voice_states_a_figure_that_is_withheld(persona: str, channel: str) -> None:
    kind = {"email": "email", "blog": "article"}.get(channel, "post")
    passages = [
        Passage(id="1", text="We baked for 500 people on that day in May. Our ovens are lit at night by our bakers.")
    ]
    draft = write(brief(persona=persona, kind=kind, form=channels.form(channel), passages=passages))
    digits = [
        one for one in figures_in(draft.body, draft.title, draft.subject, draft.preheader) if one[:1] in "$0123456789"
    ]
    assert digits == []
    assert draft.figures == []
    assert "evenue rose in October 2026" in draft.body
    assert "onversion rate fell" in draft.body or channel == "x"


def test_a_figure_of_the_request_itself_is_withheld_too() -> None:
    draft = write(
        brief(
            request="Write a post about our revenue of $150,000, keep the number out of it", topic="revenue of $150,000"
        )
    )
    assert "150" not in draft.body
    assert "Our revenue rose" in draft.body


def test_what_a_person_wants_said_is_said_in_place_of_the_figures() -> None:
    draft = write(brief(must_include=["our revenue grew for the third month in a row"], facts=[CUSTOMERS]))
    assert "Our revenue grew for the third month in a row." in draft.body
    assert "320" not in draft.body


def test_headlines_without_figures_have_none() -> None:
    draft = write(brief(kind="headlines", count=5))
    assert figures_in(*(one for one in draft.parts if any(sign.isdigit() for sign in one))) == []

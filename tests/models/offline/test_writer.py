"""The built-in writer: true, whole, within its room, and obedient."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cofounder.models.brief import Draft, Fact, Issue, Passage
from cofounder.models.figures import forbidden_claims, trace
from cofounder.models.offline.texts import count_words, sentences, shared_run
from cofounder.models.offline.tones import in_tone
from cofounder.models.offline.voice import VOICES, voice
from cofounder.models.offline.writer import write
from tests.models.offline.facts import DEMO, NOVEMBER, REVENUE, SETS, brief, fact, form

BROKEN = re.compile(r"(?<!\{)\{(?!\{)|\bNone\b(?! of)|\bnan\b|\[[^\]]*\||  |[ ][.,;]|\b(\w+) \1\b(?<!that that)")


def whole(draft: Draft) -> str:
    return "\n\n".join(one for one in (draft.title, draft.subject, draft.preheader, draft.body) if one)


@pytest.mark.parametrize("persona", VOICES)
def test_the_demo_post_states_the_growth_and_keeps_to_linkedin(persona: str) -> None:
    draft = write(brief(persona=persona))
    assert "20%" in draft.body or "twenty percent" in draft.body.lower()
    assert 80 <= count_words(draft.body) <= 180
    assert len(sentences(draft.body)[0]) <= 140
    assert 3 <= len(draft.body.split("\n\n")) <= 5
    assert len(draft.hashtags) <= 3
    assert any("not all of Q4 2025" in note for note in draft.notes)


@pytest.mark.parametrize("channel", ["linkedin", "x", "thread", "facebook", "email", "blog"])
@pytest.mark.parametrize("of", list(SETS))
def test_every_figure_traces_and_nothing_is_broken(channel: str, of: str) -> None:
    for number, persona in enumerate(VOICES):
        if number % 3 != len(of) % 3:
            continue
        asked = brief(channel, persona, of)
        draft = write(asked)
        text = whole(draft)
        facts, period = SETS[of]
        wrong = [(one.text, one.message) for one in trace(text, facts, period=period) if one.kind == "unmatched"]
        assert not wrong, (persona, text)
        assert not forbidden_claims(text, facts), (persona, text)
        assert not BROKEN.search(draft.body), (persona, BROKEN.search(text), text)
        assert not any(re.search(rf"\b{re.escape(word)}\b", draft.body) for word in voice(persona).never)


def test_the_same_brief_gives_the_same_text_and_another_attempt_another() -> None:
    first, again = write(brief(seed="s")), write(brief(seed="s"))
    assert first == again
    other = write(brief(seed="s", attempt=1, previous=first))
    assert shared_run(other.body, [first.body], 12) is None


def test_a_changed_fact_changes_the_text() -> None:
    changed = [REVENUE.model_copy(update={"value": 162_500.0}), *DEMO[1:]]
    for persona in VOICES[:6]:
        draft = write(brief(persona=persona, facts=changed, period=None))
        assert "162,500" in draft.body or "30%" in draft.body
        assert "150,000" not in draft.body


def test_a_sibling_shares_no_run_of_seven_words() -> None:
    for persona in VOICES:
        post = write(brief(persona=persona))
        short = write(brief("x", persona, avoid=[post.body]))
        mail = write(brief("email", persona, avoid=[post.body, short.body]))
        assert shared_run(short.body, [post.body]) is None
        assert shared_run(mail.body, [post.body, short.body]) is None


def test_an_x_post_fits_and_names_its_base() -> None:
    for persona in VOICES:
        draft = write(brief("x", persona))
        size = len(draft.body) + sum(len(tag) + 2 for tag in draft.hashtags)
        assert 120 <= size <= 260
        assert "125K" in draft.body


def test_a_thread_has_whole_posts() -> None:
    for persona in VOICES[:6]:
        parts = write(brief("thread", persona)).parts
        assert 3 <= len(parts) <= 6
        assert all(len(part) <= 265 for part in parts)


def test_an_email_has_subject_preheader_greeting_and_a_way_out() -> None:
    draft = write(brief("email", "coach"))
    assert draft.subject is not None
    assert 25 <= len(draft.subject) <= 45
    assert re.match(r"\D{0,6}\d", draft.subject)
    assert draft.preheader
    assert draft.preheader != draft.subject
    assert draft.body.startswith("Hello {{name}},")
    assert draft.body.rstrip().endswith("{{unsubscribe}}")


def test_a_blog_article_has_title_sections_and_sources() -> None:
    draft = write(brief("blog", "thoughtLeader"))
    assert draft.title
    assert draft.body.count("\n## ") >= 3
    assert "| Figure | Value |" in draft.body
    assert "no earlier figure" in draft.body


def test_no_change_is_claimed_without_a_base() -> None:
    pattern = re.compile(
        r"\b(?:visits|traffic|conversion rate|customers)\b[^.?]{0,20}\b(?:rose|grew|jumped|fell|climbed)"
    )
    for persona in VOICES:
        assert not pattern.search(write(brief(persona=persona)).body)


def test_a_target_is_never_a_value_that_something_rose_from() -> None:
    for persona in VOICES:
        body = write(brief(persona=persona, of="target")).body
        assert not re.search(r"\b(?:from|after|rose|grew|climbed)[^.]{0,12}\$140,000", body), body


def test_confidential_and_thin_facts_stay_out() -> None:
    secret = fact("profit", "profit", 61_000, "usd", confidential=True)
    thin = fact("open_rate", "open rate", 0.4, "rate", n=12)
    for persona in VOICES[:4]:
        draft = write(brief(persona=persona, facts=[REVENUE, secret, thin], period=NOVEMBER))
        assert "61,000" not in draft.body
        assert "40%" not in draft.body
        assert any("confidential" in note for note in draft.notes)


def test_a_forecast_comes_with_its_interval() -> None:
    ahead = fact("revenue", "revenue", 158_000, "usd").model_copy(
        update={"id": "forecast", "kind": "forecast", "low": 149_000.0, "high": 167_000.0, "level": 0.8}
    )
    draft = write(brief("blog", "newsReporter", facts=[REVENUE, ahead], period=NOVEMBER))
    assert "$158,000" in draft.body
    assert "$149,000" in draft.body


def test_a_sourced_cause_may_be_told_and_an_unsourced_one_is_not() -> None:
    cause = fact("cause", "the team plan went up in price on 1 November", 0, "count").model_copy(
        update={"kind": "cause", "cause_of": "revenue"}
    )
    told = write(brief(persona="newsReporter", facts=[REVENUE, cause], period=NOVEMBER)).body
    assert "team plan" in told


def test_feedback_is_obeyed_or_answered() -> None:
    first = write(brief(persona="thoughtLeader"))

    def after(feedback: str) -> Draft:
        return write(brief(persona="thoughtLeader", feedback=feedback, previous=first, attempt=1))

    assert count_words(after("shorter please").body) < count_words(first.body)
    assert after("drop the hashtag").hashtags == []
    assert "320" in after("mention the 320 customers").body
    assert "visit" not in after("don't mention traffic").body
    assert count_words(after("under 90 words").body) <= 90
    assert after("less formal").choices["persona"] == "humanVoice"
    assert after("lead with customers").choices["lead"] == "customer_count"
    assert any("meme" in note for note in after("add a meme").notes)
    assert any("new office" in note for note in after("mention our new office").notes)


def test_a_wish_about_figures_is_obeyed_or_said_to_be_impossible() -> None:
    first = write(brief(persona="coach"))

    def after(feedback: str) -> Draft:
        return write(brief(persona="coach", feedback=feedback, previous=first, attempt=1))

    for feedback in ("remove all figures", "please don't use any numbers", "drop the numbers"):
        assert any("nothing would be left to tell" in note for note in after(feedback).notes), feedback
    assert len(after("fewer numbers").figures) < len(first.figures)
    assert "visit" not in after("remove the figures for traffic").body


def test_a_percentage_that_the_request_s_own_amounts_contradict_is_named_and_not_written() -> None:
    draft = write(brief(request="Write a LinkedIn post: our revenue grew 25%"))
    assert "25%" not in draft.body
    assert any("25%" in note and "20.0%" in note for note in draft.notes)


def test_an_assessment_s_issue_changes_the_next_version() -> None:
    first = write(brief())
    long = Issue(dimension="length", code="too_long", message="Too long.")
    second = write(brief(previous=first, issues=[long], attempt=1))
    assert count_words(second.body) <= count_words(first.body)


def test_a_call_to_action_is_the_last_thing_said() -> None:
    for persona in ("humanVoice", "newsReporter", "dataNerd"):
        draft = write(brief(persona=persona, call_to_action="Book a demo"))
        assert draft.body.rstrip().endswith("Book a demo.")
        assert draft.call_to_action == "Book a demo."


@pytest.mark.parametrize("channel", ["linkedin", "x", "thread", "email"])
@pytest.mark.parametrize(
    ("asked", "said"), [("visit example.com/school", "Visit example.com/school."), ("ready to join?", "Ready to join?")]
)
def test_a_call_to_action_is_a_sentence_that_keeps_its_words_and_its_address(
    channel: str, asked: str, said: str
) -> None:
    body = write(brief(channel, call_to_action=asked)).body
    assert body.replace("Unsubscribe: {{unsubscribe}}", "").rstrip().endswith(said)
    assert said in write(brief("blog", call_to_action=asked)).body


def test_without_figures_only_the_request_is_said() -> None:
    asked = brief(facts=[], request="Write a LinkedIn post announcing that we are opening an office in Lisbon")
    draft = write(asked.model_copy(update={"topic": "our office in Lisbon"}))
    assert "We are opening an office in Lisbon." in draft.body
    assert any("only from what the request says" in note for note in draft.notes)
    assert not draft.figures


def test_a_topic_post_quotes_the_company_s_own_words() -> None:
    passage = Passage(
        id="p",
        title="Why we price per seat",
        text="Pricing pages fail when they hide the total. It took a day.",
        url="https://e.org",
    )
    draft = write(brief(facts=[], passages=[passage], topic="pricing pages", request="Write about pricing pages"))
    assert "Pricing pages fail when they hide the total" in draft.body
    assert draft.link == "https://e.org"
    assert any(note.startswith("Built from 1 of your post") for note in draft.notes)


def test_the_closing_of_a_formal_text_has_no_contractions() -> None:
    assert (
        in_tone("We don't know, and it's fine. I've got it.", "formal")
        == "We do not know, and it is fine. I've got it."
    )


@given(value=st.floats(0.01, 5e9), base=st.floats(0.01, 5e9), persona=st.sampled_from(VOICES))
@settings(max_examples=40, deadline=None)
def test_any_pair_of_values_gives_a_true_post(value: float, base: float, persona: str) -> None:
    facts = [fact("revenue", "revenue", round(value, 2), "usd", round(base, 2)), SETS["one level"][0][0]]
    draft = write(brief(persona=persona, facts=facts, period=NOVEMBER))
    wrong = [(one.text, one.message) for one in trace(draft.body, facts, period=NOVEMBER) if one.kind == "unmatched"]
    assert not wrong, draft.body


def test_a_report_tells_every_metric() -> None:
    facts, period = SETS["own metrics"]
    draft = write(brief(kind="report", facts=facts, period=period, form=form("blog")))
    for noun in ("orders", "net promoter score", "response time"):
        assert noun in draft.body


_MISCOUNTED = re.compile(
    r"\b(?:one|1) (?:inputs|values)\b|\bthere are one\b|\b(?:these|all) (?:inputs|values|figures)\b|\btwo numbers (?:don't|fit)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize(
    "of", [REVENUE.model_copy(update={"base": None}), fact("customers", "customers", 320, "count")]
)
def test_one_figure_is_spoken_of_as_one(of: Fact) -> None:
    for persona in VOICES:
        for channel in ("linkedin", "x", "email", "blog"):
            for seed in range(12 if persona == "dataNerd" else 3):
                asked = brief(channel, persona, seed=f"one {seed}").model_copy(update={"facts": [of]})
                text = whole(write(asked))
                assert not _MISCOUNTED.search(text), (persona, channel, seed, text)


def test_several_figures_are_counted_in_the_plural() -> None:
    bare = [one.model_copy(update={"base": None}) for one in DEMO[:4]]
    asked = [
        brief("linkedin", "dataNerd", seed=f"many {seed}").model_copy(update={"facts": bare}) for seed in range(30)
    ]
    openings = " ".join(sentences(write(one).body)[0] for one in asked)
    assert re.search(r"\bfour (?:inputs|values)\b|\binputs, four\b|\binputs for .*, four\b", openings, re.IGNORECASE)
    assert not re.search(r"\bfour (?:input|value)\b|\bsingle input\b", openings, re.IGNORECASE)

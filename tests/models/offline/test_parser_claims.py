"""What is said of a figure is read, asked about or told: a change without a value, a shared unit, lists, words for numbers."""

from datetime import date

import pytest

from cofounder.models.intent import Intent
from cofounder.models.offline.parser import parse

TODAY = date(2026, 11, 21)


def read(request: str, answers: dict[str, str] | None = None) -> Intent:
    return parse(request, today=TODAY, answers=answers or {})


def told(intent: Intent) -> str:
    return " ".join(one.text for one in intent.assumptions)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("our revenue fell 10%", "revenue fell 10%"),
        ("our revenue is up 3x", "revenue is up 3x"),
        ("our revenue doubled in October", "revenue doubled"),
        ("we doubled our traffic", "doubled our traffic"),
        ("our churn halved", "churn halved"),
        ("we cut our churn in half", "churn in half"),
        ("our revenue grew by a third", "revenue grew by a third"),
        ("our revenue is 20% lower than last year", "revenue is 20% lower"),
        ("a quarter more revenue than last month", "a quarter more revenue"),
        ("our conversion rate rose 2pp", "conversion rate rose 2pp"),
        ("our conversion rate rose 2 percentage points", "2 percentage points"),
        ("traffic +12%, revenue -3%", "revenue -3%"),
        ("a 20% increase in our revenue", "20% increase in our revenue"),
        ("our 20% growth", "20% growth"),
        ("our churn dropped to zero", "churn dropped to zero"),
        ("we had no churn in October", "no churn"),
        ("our revenue was six figures in October", "revenue was six figures"),
        ("our NPS is 45%", "NPS is 45%"),
        ("gross margin was 62% in October", "margin was 62%"),
        ("we have less than 2% churn", "less than 2% churn"),
        ("our annual revenue of $2M", "annual revenue of $2M"),
        ("our October revenue. It fell by a tenth.", "It fell by a tenth"),
        ("our October revenue; up from $70k in September", "$70k"),
        ("revenue per customer is $250", "$250"),
    ],
)
def test_where_words_say_of_our_figure_what_no_value_can_be_read_from_no_stored_one_stands(
    words: str, said: str
) -> None:
    request = f"Write a LinkedIn post about {words}"
    intent = read(request)
    assert intent.own_figures() == {}
    assert [one.field for one in intent.questions] == ["figures"]
    assert said in intent.questions[0].question
    stored = read(request, {"figures": "Use the stored figures instead"})
    assert (stored.questions, stored.actions[0].wants_metrics) == ([], True)
    without = read(request, {"figures": "Leave it out"})
    assert (without.questions, without.actions[0].wants_metrics) == ([], False)


@pytest.mark.parametrize(
    "request_",
    [
        "Write a LinkedIn post on how to double your revenue",
        "Write a LinkedIn post on how 3% churn kills growth",
        "Write a LinkedIn post: we want to grow revenue by 20% next year, here is our plan",
        "Write a tweet about our 20% discount",
        "Write a LinkedIn post about our Q4 2025 growth",
        "Write a LinkedIn post about our revenue - 2025",
    ],
)
def test_what_is_wished_for_or_is_no_change_of_ours_is_not_asked_about(request_: str) -> None:
    assert not any("where you say" in one.question for one in read(request_).questions)


def test_which_way_a_figure_went_is_told_by_the_figures_and_that_is_said() -> None:
    said = "which way it went is told by the figures that are looked up"
    assert f'"revenue fell": {said}' in told(
        read("Write a LinkedIn post about our October. Our revenue fell in October.")
    )
    assert said not in told(read("Write a LinkedIn post about our October revenue"))
    assert said not in told(read("Write a LinkedIn post: our revenue fell to $80k in October"))


@pytest.mark.parametrize(
    ("words", "now", "was"),
    [
        ("our churn went from 5 to 3 percent", 0.03, 0.05),
        ("our conversion rate rose from 4 to 4.5%", 0.045, 0.04),
        ("our conversion rate went from 4% to 4.5", 0.045, 0.04),
        ("our revenue grew from $2 to $3 million", 3_000_000, 2_000_000),
        ("our revenue went from 120 to 150k", 150_000, 120_000),
        ("our revenue went from 120k to 150", 150_000, 120_000),
        ("our revenue hit $150k, up from 120", 150_000, 120_000),
        ("our customers grew from 900 to 1.2k", 1_200, 900),
        ("we went from 400 to 450 customers", 450, 400),
        ("our growth from 100 to 150 customers", 150, 100),
        ("how we went from $100k to $150k in revenue", 150_000, 100_000),
    ],
)
def test_two_values_share_the_unit_that_one_of_them_has(words: str, now: float, was: float) -> None:
    intent = read(f"Write a LinkedIn post about {words}")
    assert intent.questions == []
    assert sorted(intent.own_figures().values()) == sorted([now, was])
    (name,) = [name for name in intent.own_figures() if name.startswith("previous_")]
    assert intent.own_figures()[name] == was


@pytest.mark.parametrize(
    "words",
    [
        "our churn went from 0.5 to 3%",  # a half of it all, or half a percent
        "our revenue went from 50 to 1k",  # fifty, or fifty thousand
        "our customers went up from 900 to 1.250",
        "customers went up from 900 to 1.250",
        "we have 1.250 customers",
        "we have between 10 and 12 thousand customers",
        "our profit was ($5,000) in October",
        "revenue, costs and profit were $80k and $20k",
        "our revenue was 8O,000",
    ],
)
def test_a_value_that_may_be_either_is_asked_about_whatever_the_text_is_about(words: str) -> None:
    intent = read(f"Write a LinkedIn post: {words}")
    assert intent.own_figures() == {}
    assert [one.field for one in intent.questions] == ["figures"]


@pytest.mark.parametrize(
    ("words", "figures"),
    [
        ("we now have twelve hundred customers", {"customers": 1_200}),
        ("we have three hundred and twenty customers", {"customers": 320}),
        ("we won two dozen customers in October", {"new_customers": 24}),
        ("our retention is ninety percent", {"retention_rate": 0.9}),
        ("our revenue hit twenty-five thousand dollars", {"revenue": 25_000}),
        ("our revenue was $3'400 in October", {"revenue": 3_400}),
        ("revenue and profit were $80k and $20k in October", {"revenue": 80_000, "profit": 20_000}),
        ("revenue, costs and profit: $80,000, $60,000 and $20,000", {"revenue": 80_000, "costs": 60_000, "profit": 20_000}),
        ("we have 500 customers. No, 450.", {"customers": 450}),
        ("our revenue was $80k. Correction: $90k.", {"revenue": 90_000}),
        ("people said our revenue was $80k, but it was $60k", {"revenue": 60_000}),
        ("we have some 300 customers", {"customers": 300}),
        ("our monthly revenue is now $80k, last year it was $60k", {"revenue": 80_000}),
        ("revenue of $80k (last October: $60k)", {"revenue": 80_000}),
    ],
)  # fmt: skip
def test_figures_in_other_words_are_read_as_they_are_meant(words: str, figures: dict[str, float]) -> None:
    intent = read(f"Write a LinkedIn post: {words}")
    assert intent.own_figures() == figures
    assert [one.kind for one in intent.actions] == ["create_post"]


def test_how_many_more_is_no_count_of_all_and_what_if_is_no_fact() -> None:
    assert read("Write a LinkedIn post: 50 more customers than last month").own_figures() == {}
    assert read("Write a LinkedIn post: if we had 500 customers, we would celebrate").own_figures() == {}
    assert read("Write a LinkedIn post: we won 50 more customers").own_figures() == {"new_customers": 50}


@pytest.mark.parametrize("words", ["80k or so", "nearly $80k"])
def test_a_rough_value_is_told_as_one(words: str) -> None:
    assert f'"{words}"' in told(read(f"Write a LinkedIn post: our revenue is {words}"))


@pytest.mark.parametrize(
    "words",
    [
        "we sold 80,000 units",
        "we now have three hundred and twenty partners",
        "we passed the 1,000 customer mark",
        "we made a loss of $5,000 in October",
        "half of our customers renewed",
    ],
)
def test_what_is_said_behind_the_colon_is_the_topic_with_its_numbers_whole(words: str) -> None:
    assert read(f"Write a LinkedIn post: {words}").topic == words


@pytest.mark.parametrize(
    ("request_", "period"),
    [
        ("Write a LinkedIn post about our revenue, do not mention the exact figures of last year", None),
        ("Write a post on X about our growth, don't mention Q3", None),
        ("Write a LinkedIn post about our results without mentioning last year", None),
        ("Write a LinkedIn post about our results. Say nothing about 2025.", None),
        ("Write a LinkedIn post about our October revenue and never mention September", "October 2026"),
        ("Write a LinkedIn post about Q3, not a word about Q2", "Q3 2026"),
    ],
)
def test_a_time_that_must_not_be_spoken_of_is_not_the_period_and_is_told_as_unchecked(
    request_: str, period: str | None
) -> None:
    intent = read(request_)
    assert (intent.period.label if intent.period else None) == period
    assert len(intent.constraints.must_avoid) == 1
    assert f'Not kept: "{intent.constraints.must_avoid[0]}"' in told(intent)
    assert "Also named" not in told(intent)


def test_everything_but_one_figure_leaves_that_one_out() -> None:
    intent = read("Write a LinkedIn post about our October results, everything but churn")
    assert (intent.constraints.must_avoid, intent.actions[0].metrics) == (["churn"], [])


def test_a_day_and_its_hour_are_one_time() -> None:
    intent = read("Publish a LinkedIn post about our sale on Friday at 9am EST")
    assert intent.constraints.publish_at is None
    assert [one.field for one in intent.questions] == ["publish_at"]


def test_figures_behind_a_colon_are_none_of_a_text_to_work_on() -> None:
    intent = read("Write a LinkedIn post about October with these figures: revenue 80000, customers 320, churn 2%")
    assert intent.own_figures() == {"revenue": 80_000, "customers": 320, "churn_rate": 0.02}
    assert intent.actions[0].text is None


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("our revenue, but leave October out", "october left out"),
        ("Black Friday sales", "Black Friday sales"),
        ("our Halloween revenue", "Halloween revenue"),
        ("our revenue in 2O26", "2O26"),
        ("our revenue to date", "to date"),
    ],
)
def test_a_time_that_no_calendar_holds_or_that_is_left_out_is_asked_about(words: str, asked: str) -> None:
    (question,) = read(f"Write a LinkedIn post about {words}").questions
    assert question.field == "period"
    assert f'"{asked}"' in question.question


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("our revenue in '25", "2025"),
        ("our revenue 10/2026", "October 2026"),
        ("our revenue in 10.2026", "October 2026"),
        ("our revenue in 2026-10", "October 2026"),
        ("our expected revenue in December", "December 2026"),
    ],
)
def test_a_time_in_figures_is_a_time_and_what_is_expected_lies_ahead(words: str, label: str) -> None:
    intent = read(f"Write a LinkedIn post about {words}")
    assert intent.period is not None
    assert (intent.period.label, intent.questions) == (label, [])


@pytest.mark.parametrize(
    ("words", "at"),
    [
        ("publish it at half past nine tomorrow", "2026-11-22T09:30"),
        ("publish it at quarter to five tomorrow", "2026-11-22T16:45"),
        ("publish it at nine tomorrow", "2026-11-22T09:00"),
        ("publish it tomorrow at 15h30", "2026-11-22T15:30"),
        ("publish at 9 tomorrow morning New York time", "2026-11-22T09:00-05:00"),
    ],
)
def test_an_hour_in_words_and_a_zone_behind_the_day_are_read(words: str, at: str) -> None:
    intent = read(f"Write a LinkedIn post about our launch, {words}")
    assert (intent.constraints.publish_at, intent.questions) == (at, [])
    assert [one.kind for one in intent.actions] == ["create_post"]


@pytest.mark.parametrize(
    "words",
    [
        "publish it tomorrow at 9 or 10",
        "publish it tomorrow between 9 and 10",
        "publish it not before Monday",
        "don't publish it before Monday 9am",
        "publish it after Monday",
        "publish it on the 5th",
    ],
)
def test_from_when_a_text_may_go_out_and_two_hours_are_no_hour_at_which_it_does(words: str) -> None:
    intent = read(f"Write a LinkedIn post about our launch, {words}")
    assert [one.field for one in intent.questions] == ["publish_at"]
    assert (intent.constraints.publish_at, intent.constraints.deadline) == (None, None)


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ("Email anna@example.com and bob@example.com about our tea", "anna@example.com and bob@example.com"),
        ("Post about our tea on my personal LinkedIn", "on my personal"),
        ("Write three different tweets about our tea, one per day", "one per day"),
        ("Write a LinkedIn post about our tea, half a page", "half a page"),
    ],
)
def test_what_cannot_be_kept_is_told_and_no_part_of_the_topic(request_: str, words: str) -> None:
    intent = read(request_)
    assert f'Not kept: "{words}"' in told(intent)
    assert intent.topic == "tea"


def test_an_amount_stays_whole_where_it_is_to_be_mentioned_and_an_offers_end_is_no_deadline() -> None:
    intent = read("Write a LinkedIn post about our tea, mention Anna and the price of $9.99")
    assert intent.constraints.must_include == ["Anna", "price of $9.99"]
    assert read("Write a LinkedIn post about our tea, 20% off until Friday").constraints.deadline is None
    assert read("Write a LinkedIn post about our tea, I need it by Friday").constraints.deadline == "Friday"
    assert not read("Write a LinkedIn post about our tea, it costs $9.99").actions[0].wants_metrics


@pytest.mark.parametrize(
    ("words", "figures", "said"),
    [
        ("customers: 320 (September: 300)", {"customers": 320}, "September: 300"),
        ("320 customers, up 20 from September", {"customers": 320}, "up 20"),
        ("320 customers, 20 more than in September", {"customers": 320}, "20 more than"),
        ("MRR: 80k; was 70k", {"monthly_recurring_revenue": 80_000}, "70k"),
        ("MRR is 80k (was 70k)", {"monthly_recurring_revenue": 80_000}, "70,000"),
        ("320 paying customers and 1,200 free users", {"customers": 320}, "1,200 free users"),
        ("churn is at an all-time low of 1.2%", {"churn_rate": 0.012}, ""),
        ("revenue was .08M", {"revenue": 80_000}, ""),
    ],
)
def test_the_time_of_another_figure_is_not_taken_for_that_of_the_one_that_is_read(
    words: str, figures: dict[str, float], said: str
) -> None:
    intent = read(f"Write a LinkedIn post: {words}")
    assert (intent.own_figures(), intent.period) == (figures, None)
    assert said in told(intent)


@pytest.mark.parametrize(
    "words",
    [
        "MRR is ten times what it was",
        "churn was one in fifty",
        "revenue was one and a half million",
        "revenue was eighty grand",
        "revenue was $80k CAD in October",
    ],
)
def test_a_value_in_words_or_money_that_nobody_reads_here_is_asked_about(words: str) -> None:
    intent = read(f"Write a LinkedIn post: {words}")
    assert intent.own_figures() == {}
    assert [one.field for one in intent.questions] == ["figures"]


def test_a_percentage_is_no_hour() -> None:
    assert read("Write a LinkedIn post: 12,000 visits converted at 4.5%").constraints.publish_at is None


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ("Write a LinkedIn post with our October figures in euros", "in euros"),
        ("Write a LinkedIn post with our October figures, revenue rounded to thousands", "rounded to thousands"),
        ("Write a LinkedIn post about our revenue, use the number from the report", "use the number from the report"),
        ("Email our customers about our tea, cc the team", "cc the team"),
    ],
)
def test_what_nobody_here_can_do_with_figures_and_mails_is_told(request_: str, words: str) -> None:
    assert f'Not kept: "{words}"' in told(read(request_))


@pytest.mark.parametrize(
    ("words", "avoided"),
    [
        ("about October results, keep churn out of it", ["churn"]),
        ("about our revenue, leave churn and costs out", ["churn", "costs"]),
        ("about October. Don't say how much, just that we grew.", ["any figure"]),
        ("about our revenue; you may say it grew but not by how much", ["any figure"]),
    ],
)
def test_what_is_kept_out_in_other_words_is_avoided(words: str, avoided: list[str]) -> None:
    assert read(f"Write a LinkedIn post {words}").constraints.must_avoid == avoided


def test_figures_beside_an_analysis_are_told_as_not_used() -> None:
    assert '"revenue 80k"' in told(read("Analyse October: revenue 80k, churn 2%"))
    assert "revenue of 80k" in told(read("Compare October revenue of 80k with September 70k"))
    assert 'no figure of the text rests on: "12%"' in told(read("LinkedIn: Q3 revenue $450K (+12% QoQ), churn 1.9%"))
    assert '"revenue up": which way' in told(read("Write a LinkedIn post: revenue up, churn down"))

"""What stands beside words that nobody read is asked about or told: a channel, a figure, a time is never guessed."""

from datetime import date

import pytest

from cofounder.models.intent import Intent
from cofounder.models.offline.parser import parse

TODAY = date(2026, 11, 21)


def read(request: str, answers: dict[str, str] | None = None) -> Intent:
    return parse(request, today=TODAY, answers=answers or {})


def told(intent: Intent) -> str:
    return " ".join(one.text for one in intent.assumptions if one.field == "figures")


def asks(intent: Intent, field: str) -> bool:
    return any(question.field == field for question in intent.questions)


@pytest.mark.parametrize(
    "start", ["Write a post about our tea for LinkedIn, Facebook and X", "Post about our tea everywhere"]
)
@pytest.mark.parametrize(
    "words",
    [
        ", but drop X", ", with the exception of X", ". It must not go to X", " bar X", ", save X", ", minus X", ". Scratch X.", ". Forget X.",
        ". X isn't needed.", ". X can wait.", "; leave X for later", ". X stays silent.", ". Spare X this one.", ". No need for X.", ". Let's not bother with X.",
        ". X? Rather not.", ". X: pass.", ". On hold: X.", ", hands off X", ", where X is optional", ". X gets a text from marketing.", ". Kindly give X a miss.",
        ". X would be too much.", ". X will get its own text another day.", ". As for X, leave it.", ". X, no.", ". The boss vetoed X.", ". For X, wait.",
        " (X is on pause)", ". We do X ourselves.", ", sans X", ". X shall know nothing of it.", ". I changed my mind about X.", ". The X account was hacked.",
    ],
)  # fmt: skip
def test_a_channel_beside_unread_words_gets_no_text_unless_a_person_says_so(start: str, words: str) -> None:
    intent = read(start + words)
    assert "x" not in intent.channels
    assert {"linkedin", "facebook"} <= {*intent.channels}
    assert asks(intent, "channels") or intent.evidence.get("channels_ruled_out")


@pytest.mark.parametrize(
    ("request_", "channels", "doubted"),
    [
        ("Write a LinkedIn post about our tea. It must not go to our e-mail list.", ["linkedin"], "email"),
        ("Write a LinkedIn post and a newsletter about our tea. The newsletter can wait.", ["linkedin"], "email"),
        ("Write a LinkedIn post and an article about our tea. The article has to wait.", ["linkedin"], "blog"),
    ],
)
def test_the_answer_settles_a_doubted_channel(request_: str, channels: list[str], doubted: str) -> None:
    intent = read(request_)
    assert intent.channels == channels
    assert [q.field for q in intent.questions] == ["channels"]
    only, both = intent.questions[0].options
    assert read(request_, {"channels": only}).channels == channels
    assert read(request_, {"channels": only}).questions == []
    assert {*read(request_, {"channels": both}).channels} == {*channels, doubted}
    assert {*read(request_, {"channels": "yes"}).channels} == {*channels, doubted}
    assert read(request_, {"channels": "no"}).channels == channels
    assert asks(read(request_, {"channels": "banana"}), "channels")


@pytest.mark.parametrize(
    ("request_", "count"),
    [
        ("Write a LinkedIn post, a tweet and a newsletter about our tea. The tweet should be short.", 3),
        ("Write a LinkedIn post, a tweet and a newsletter about our tea. The newsletter should mention our shop.", 3),
        ("Write posts for X, Facebook and LinkedIn about our webinar. Keep the tweet under 200 characters.", 3),
        ("Let everybody on LinkedIn and Facebook know that we are hiring", 2),
        ("Our followers on X and Facebook should hear about our open day", 2),
        ("Write about our bakery and our tea for LinkedIn, Facebook and the blog", 3),
        ("Share our new prices on LinkedIn and X", 2),
        ("Don't forget to tweet about our tea and to post about it on LinkedIn", 2),
        ("Write a newsletter for our subscribers and a Facebook post about our summer sale", 2),
        ("Spread the word about our award on LinkedIn and Facebook", 2),
        ("Thank our customers on LinkedIn and by e-mail", 2),
        ("Write a LinkedIn post and a tweet about our Facebook page", 2),
        ("LinkedIn + X: our webinar on cold brew", 2),
        ("Write a post about our fair for LinkedIn and X. On X keep it short.", 2),
        ("Write a long article for the blog on choosing tea, and short teasers for LinkedIn and X", 3),
        ("Create three variants of our launch announcement: LinkedIn, X and e-mail", 3),
        ("Write a tweet about our tea and a LinkedIn post about our coffee", 2),
        ("Draft a LinkedIn post, a shorter one for X and an e-mail to our partners about the merger", 3),
    ],
)  # fmt: skip
def test_plain_wishes_for_several_channels_are_not_asked_about(request_: str, count: int) -> None:
    intent = read(request_)
    assert len(intent.channels) == count
    assert not asks(intent, "channels")


@pytest.mark.parametrize(
    "request_",
    [
        "Write a LinkedIn post about rivals: revenue of $80,000 and 900 customers",
        "Write a LinkedIn post quoting our client: revenue of $80,000",
        "Write a LinkedIn post: the competition: revenue of $80,000",
        "Write a LinkedIn post: the market: revenue of $80,000",
        "Write a LinkedIn post: according to a report, revenue was $80,000",
        "Write a LinkedIn post congratulating Acme. Revenue reached $80,000.",
        "Write a LinkedIn post: revenue was $80,000 short of plan",
        "Write a LinkedIn post: we expect revenue of $80,000",
        "Write a LinkedIn post: profit of $80k loss",
        "Write a LinkedIn post: the bakery next door made $80k in sales",
        "Write a LinkedIn post about Globex: revenue reached $80k last month",
        "Write a LinkedIn post: the webinar guest reported revenue of $80k",
        "Write a LinkedIn post: a friend of ours made $80k in sales",
        "Write a LinkedIn post: Bloomberg writes that revenue hit $80k",
        "Write a LinkedIn post: our goal: revenue of $80k",
        "Write a LinkedIn post: revenue of $80k was forecast",
        "Write a LinkedIn post: revenue: $80k (budget)",
        "Write a LinkedIn post: our revenue was $80k worse than feared",
        "Write a LinkedIn post: revenue was $80k in refunds",
        "Write a LinkedIn post: we were short of our revenue of $80k",
        "Write a LinkedIn post: our revenue hit $80k, a plan we missed before",
        "Write a LinkedIn post: revenue hit $80k, according to Forbes",
        "Write a LinkedIn post: our lifetime revenue passed $80k",
        "Write a LinkedIn post: a reader tells us: revenue hit $80k",
    ],
)
def test_a_figure_beside_unread_words_is_ours_only_when_a_person_says_so(request_: str) -> None:
    intent = read(request_)
    assert intent.figures == {}
    assert [q.field for q in intent.questions] == ["figures"]
    assert "80" in intent.questions[0].question
    ours = read(request_, {"figures": "Yes, ours"})
    assert 80_000 in ours.own_figures().values()
    assert ours.questions == []
    out = read(request_, {"figures": "Leave it out"})
    assert out.own_figures() == {}
    assert out.questions == []
    assert not out.actions[0].wants_metrics
    assert "80" in told(out)
    assert read(request_, {"figures": "revenue was $70k"}).own_figures() == {"revenue": 70_000}
    assert asks(read(request_, {"figures": "banana"}), "figures")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("daily revenue was $4,000", "$4,000"),
        ("our annual revenue of $1.2M", "$1.2M"),
        ("revenue was $4,000 a day", "$4,000"),
        ("our revenue is $1.2M per year", "$1.2M"),
        ("we gained 40 followers", "40 followers"),
        ("rivals had revenue of $80,000. Ours was $150,000.", "$150,000"),
        ("our customers 320 -> 350", "320 -> 350"),
        ("our customers went 320 to 350", "320 to 350"),
        ("our customers number 320 fewer", "320"),
        ("we lost 40 customers", "40 customers"),
        ("our quarterly revenue was $300k", "$300k"),
        ("revenue could have been $100k", "$100k"),
    ],
)
def test_a_figure_that_stands_for_something_else_is_not_used_and_told(words: str, said: str) -> None:
    intent = read(f"Write a LinkedIn post: {words}")
    assert intent.own_figures() == {}
    assert said in told(intent)


@pytest.mark.parametrize("words", ["our churn was 2", "our conversion rate is 450%", "our churn was 120% last month"])
def test_a_rate_that_cannot_be_one_as_it_stands_is_asked_about(words: str) -> None:
    intent = read(f"Write a LinkedIn post: {words}")
    assert intent.own_figures() == {}
    assert asks(intent, "figures")


@pytest.mark.parametrize(
    ("request_", "figures"),
    [
        ("Write a LinkedIn post: we won 40 customers", {"new_customers": 40}),
        ("Write a LinkedIn post about Northwind, our new partner. Our revenue was $80,000.", {"revenue": 80_000}),
        ("Write a LinkedIn post about our work with Northwind. We made $80,000 in revenue in October.", {"revenue": 80_000}),
        ("Write a tweet: we are proud to announce that revenue reached $80,000 in October", {"revenue": 80_000}),
        ("Tell our investors by e-mail: revenue was $80,000 and churn 2%", {"revenue": 80_000, "churn_rate": 0.02}),
        ("Write a LinkedIn post: we closed October with 320 customers and revenue of $80,000", {"customers": 320, "revenue": 80_000}),
        ("Announce on LinkedIn that we now have 500 customers in 12 countries", {"customers": 500}),
        ("Write a LinkedIn post about our growth: MRR is at $52K, churn is down to 1.8% and we have 840 customers", {"monthly_recurring_revenue": 52_000, "customers": 840}),
        ("Write a LinkedIn post for investors: revenue $150,000, costs $90,000, profit $60,000", {"revenue": 150_000, "costs": 90_000, "profit": 60_000}),
        ("Write a LinkedIn post about our launch month: 120 new customers and $30k in revenue", {"new_customers": 120, "revenue": 30_000}),
        ("Write a LinkedIn post about our podcast, which now has 5,000 subscribers", {"subscribers": 5_000}),
        ("Write a LinkedIn post about our marketing. We spent $5,000 on ads and acquisition cost fell to $40.", {"acquisition_cost": 40}),
        ("Write a LinkedIn post: revenue hit $80,000 in October, thanks to our new shop", {"revenue": 80_000}),
    ],
)  # fmt: skip
def test_figures_said_plainly_are_ours_unasked(request_: str, figures: dict[str, float]) -> None:
    intent = read(request_)
    assert intent.own_figures() == figures
    assert not asks(intent, "figures")


@pytest.mark.parametrize(
    "words",
    [
        "before October", "until September", "in 2023/24", "a year ago", "last Christmas", "in mid-2026", "in 10/25", "every October", "on November 31",
        "after October", "in early 2026", "at the end of 2025", "some years ago", "this season", "this fortnight", "pre-October", "up until June", "in 2022/2023",
        "last Ramadan", "two Christmases ago", "in the early 2020s", "in October or so", "between October and Christmas", "in FY-25", "in the first ten days of October",
        "on the 35th of May", "October excluded", "in weeks 40-42", "for the year through March", "a decade ago", "since records began", "later in 2026",
        "October through the holidays", "in the nineties", "beyond Q3", "since the relaunch", "when we opened", "before the holidays", "this side of October", "in the third week of Q3",
        "in Q3 and a bit", "ever since", "between two Octobers",
    ],
)  # fmt: skip
def test_a_time_behind_a_word_that_makes_another_of_it_is_asked_about(words: str) -> None:
    request = f"Write a LinkedIn post about our revenue {words}"
    intent = read(request)
    assert [q.field for q in intent.questions] == ["period"]
    settled = read(request, {"period": "Q2 2026"})
    assert settled.questions == []
    assert settled.period is not None
    assert settled.period.label == "Q2 2026"


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("2024-2025", date(2024, 1, 1), date(2025, 12, 31)),
        ("last fortnight", date(2026, 11, 2), date(2026, 11, 15)),
        ("a month ago", date(2026, 10, 1), date(2026, 10, 31)),
        ("from July until September", date(2026, 7, 1), date(2026, 9, 30)),
        ("in 10/2025", date(2025, 10, 1), date(2025, 10, 31)),
    ],
)
def test_a_time_said_plainly_is_read(words: str, start: date, end: date) -> None:
    intent = read(f"Write a LinkedIn post about our revenue {words}")
    assert intent.period is not None
    assert (intent.period.start, intent.period.end) == (start, end)
    assert intent.questions == []

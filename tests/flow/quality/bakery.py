"""A bakery's month: the facts, briefs and texts that the quality tests judge."""

from datetime import date
from typing import Any

from cofounder import channels
from cofounder.flow.quality.schemas import Subject
from cofounder.models.brief import Base, Brief, Draft, Fact, Period

MARCH = Period(start=date(2026, 3, 1), end=date(2026, 3, 31), grain="month", label="March 2026")
FEBRUARY = Base(
    value=3_750,
    kind="previous",
    label="the month before",
    period=Period(start=date(2026, 2, 1), end=date(2026, 2, 28), grain="month", label="February 2026"),
)
FACTS = [
    Fact(
        id="orders", metric="orders", noun="orders", value=4_200, unit="count", period=MARCH, base=FEBRUARY, asked=True
    ),
    Fact(id="revenue", metric="revenue", noun="revenue", value=63_000, unit="usd", period=MARCH),
    Fact(id="subscribers", metric="subscribers", noun="subscribers", value=860, unit="count", period=MARCH),
]

GOOD_POST = """Our bakery packed 4,200 orders in March 2026.

The month before it was 3,750, so that is 12% more bread through the same two ovens. Nothing in our books says why, and a single step from one month to the next is no trend. We write it down and wait.

The figure I keep coming back to is smaller. Divide the $63,000 we took by those orders and you get $15 each, which is about two loaves and a cake.

We have 860 subscribers now. No earlier count was kept, which was careless of us.

If you order from a small shop every week, what makes you come back?"""

DRY_POST = """Orders at the bakery rose 12% in March 2026, to 4,200 from 3,750 in the month before, according to company figures.

Revenue for the month was $63,000, or $15 an order. The company counts 860 subscribers. It gave no earlier value for revenue or for subscribers, so neither can be compared with February.

The figures cover a single month against one other. They do not show which products were ordered, how many orders came from subscribers, or what lay behind the increase of 450 orders."""

QUESTION_POST = """How many orders fit through two ovens in a month?

In March 2026 the answer was 4,200. February's answer was 3,750, and the ovens are the same ones, which makes the 450 between them feel heavier than it sounds.

You could read that as 12% growth. I read it as 450 more boxes that somebody on our small team folded by hand, at an average order of $15.

What the sheet leaves out: who those orders came from. We know of 860 subscribers and cannot tell how many of them ordered that month.

Where does your own sheet go quiet?"""

GOOD_MAIL = """Hi {{name}},

In March 2026 we packed 4,200 orders. That is 450 more than the month before, and every one of them went through the same two ovens.

For you it means one practical thing. Saturday mornings are now full by Thursday noon, so an order placed on Wednesday is an order you will surely taste.

A few more figures, since you asked for them in our last survey. The month brought in $63,000, which comes to $15 for each order. You are one of 860 subscribers. We have no earlier count to set beside that, so we cannot say whether it is many.

We do not know why March was busier. If you noticed something that we missed, write back. A person reads every answer, usually with flour on the screen.

Until Saturday,
the bakery"""

GOOD_TWEET = "4,200 orders in March 2026. The month before: 3,750. That is 12% more bread through the same two ovens, at $15 an order. Why? The books do not say."

GOOD_FACEBOOK = """We packed 4,200 orders in March 2026, 450 more than the month before. Same two ovens, same three of us.

Nothing in our books says why. Maybe you can tell us: what did you order last month, and would you order it again?"""

GOOD_THREAD = [
    "4,200 orders in March 2026. Two ovens. Here is what that month looked like from behind the counter.",
    "The month before, it was 3,750. So 450 more boxes had to be folded, which is 12% if you like percentages.",
    "We took $63,000. Divide it by the orders and you get $15 each: two loaves and a cake, give or take a bun. 860 of you subscribe.",
    "What we do not know is why. If you run a small shop: how do you tell a good month from a lucky one?",
]

GOOD_ARTICLE = """In March 2026 our bakery packed 4,200 orders, 12% more than in the month before. This page says what we know about that month, what we do not know, and where each figure comes from.

## Orders: 4,200

The month before we packed 3,750. The difference is 450 boxes, all of them folded by hand and baked in the same two ovens. A single step between two months is no trend. It may be the start of one, and it may be a few large orders that happened to fall on one side of a date. We kept no record of order sizes, so the books cannot settle it. From now on we do.

## Revenue: $63,000

Divided by the orders, that is $15 each. An average hides a lot: a child's birthday cake and a single loaf sit in the same number. Still, it is a useful check. If the average falls while orders rise, we are busier without being better off. We have no earlier revenue to compare with, so this month is the base line, and nothing more can be read from it today.

## Subscribers: 860

A subscriber gets bread every week and may skip any of them. We count a person once, on the last day of the month. No earlier count exists. That leaves a question we cannot answer yet: how many of the orders came from people who would have ordered anyway?

## Open questions

Why were there more orders? How many of them came from subscribers? Does the average order hold when the weather turns? We will look at each one as the next months come in, and say so here when an answer turns out to be dull.

| Figure | Value | Source |
|---|---|---|
| Orders | 4,200 | order book |
| Revenue | $63,000 | till |
| Subscribers | 860 | subscriber list |

If you keep books for a shop of your own, tell us which figure you look at first."""


def subject(body: str, channel: str = "linkedin", *, thread: bool = False, **given: Any) -> Subject:
    """A text to judge; fields of the draft and of the brief may be given by name."""
    ours = {name: given.pop(name) for name in list(given) if name in Draft.model_fields and name != "call_to_action"}
    around = {name: given.pop(name) for name in list(given) if name in Subject.model_fields}
    draft = Draft(body=body, **ours)
    brief = Brief(
        **{
            "request": "Write a post about how our orders grew in March",
            "topic": "orders in March",
            "form": channels.form(channel, thread=thread),
            "period": MARCH,
            "facts": FACTS,
            **given,
        }
    )
    rendered = channels.render(channel, draft)
    return Subject(draft=draft, brief=brief, rendered=rendered, channel=rendered.channel, **around)

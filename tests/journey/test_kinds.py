"""Requests of every kind end as a sensible person would expect."""

import pytest

from cofounder.business import sample
from cofounder.flow.approve import service as approvals
from cofounder.flow.run import service as runs
from cofounder.flow.run import status as view
from cofounder.kit.clock import today
from cofounder.kit.db import transaction

from .conftest import ask, rest


@pytest.fixture
async def company(product):
    """The product with the sample company's history."""
    async with transaction() as session:
        await sample.load(session, today=today())
    return product


async def detail(task_id):
    async with transaction() as session:
        return await view.detail(session, task_id)


async def only_deliverable(task_id, kind):
    found = await rest(task_id)
    assert found.status == "completed", found
    phases = {phase.name: phase.state for phase in found.phases}
    assert phases["formatting"] == phases["approval"] == "skipped"
    [made] = [one for one in (await detail(task_id)).deliverables if one.kind == kind]
    assert made.content.strip()
    return made


async def test_an_analysis_ends_with_prose_over_the_stored_figures(company):
    made = await only_deliverable(await ask("Analyse last month's revenue and traffic"), "analysis")
    assert "$" in made.content


async def test_a_comparison_names_both_periods(company):
    made = await only_deliverable(await ask("Compare Q3 with Q2"), "analysis")
    assert "Q3" in made.content
    assert "Q2" in made.content


async def test_a_forecast_has_an_interval_and_names_its_method(company):
    made = await only_deliverable(await ask("Forecast revenue for the next three months"), "forecast")
    said = made.content + " ".join(made.notes) + str(made.data)
    assert "80" in said or "95" in said or "interval" in said


async def test_a_forecast_without_history_says_not_enough_data(product):
    made = await only_deliverable(await ask("Forecast revenue for the next three months"), "forecast")
    assert "not enough" in made.content.lower()


async def test_a_text_is_shortened_and_its_figures_stay(product):
    text = (
        "We are really very happy to announce that, in the third quarter of the year, our company was able to grow its "
        "revenue by 20% to $150,000, which is an increase that we had not seen in quite some time, and we would like "
        "to take this opportunity to thank each and every one of our 320 customers for their continued support."
    )
    made = await only_deliverable(await ask(f"Shorten this to 40 words: {text}"), "text")
    assert len(made.content.split()) <= 40
    assert "20%" in made.content
    assert "$150,000" in made.content


async def test_a_forbidden_promise_is_found(product):
    made = await only_deliverable(
        await ask('Check this for compliance: "Our fund guarantees 20% returns, completely risk-free!"'), "check"
    )
    assert made.data["risk_level"] in ("high", "blocking")
    assert any("guarantee" in str(finding).lower() for finding in made.data["findings"])


async def test_a_calendar_has_dates_channels_and_topics(company):
    made = await only_deliverable(await ask("Plan a content calendar for next month on LinkedIn and X"), "calendar")
    assert len(made.data["entries"]) >= 4
    assert {entry["channel"] for entry in made.data["entries"]} <= {"linkedin", "x"}


async def test_headlines_come_in_the_number_asked_for(company):
    made = await only_deliverable(await ask("Give me five headlines about our Q3 results"), "headlines")
    assert len(made.data["headlines"]) == 5
    assert len(set(made.data["headlines"])) == 5


async def test_market_trends_come_from_our_own_posts_and_say_so(company):
    made = await only_deliverable(await ask("What are the trends in the topics we write about?"), "analysis")
    assert made.content


async def test_a_request_in_german_names_the_language(product):
    found = await rest(await ask("Erstelle einen LinkedIn-Beitrag über unser Wachstum im vierten Quartal"))
    assert found.status == "needs_clarification"
    assert "German" in found.questions[0]["question"]


async def test_a_vague_request_is_asked_back_and_goes_on_with_the_answers(company):
    from cofounder.flow.request import service as requests
    from cofounder.flow.request.schemas import ClarifyIn

    task_id = await ask("Make a post")
    found = await rest(task_id)
    assert found.status == "needs_clarification"
    wanted = {"channels": "LinkedIn", "topic": "our revenue last month"}
    answers = {question["field"]: wanted[question["field"]] for question in found.questions}
    async with transaction() as session:
        await requests.clarify(session, task_id, ClarifyIn(answers=answers), by="test")
    assert (await rest(task_id, "pending_approval")).status == "pending_approval"


async def test_an_unknown_channel_is_named(product):
    found = await rest(await ask("Post about our launch on TikTok"))
    assert found.status == "needs_clarification"
    assert "TikTok" in found.questions[0]["question"]


async def test_a_given_text_is_published_as_it_is(product):
    task_id = await ask("Publish this on LinkedIn: We shipped the new grinder today. Orders open on Monday.")
    await rest(task_id, "pending_approval")
    async with transaction() as session:
        seen = await approvals.view(session, task_id)
    assert seen.channel_variants["linkedin"].content == "We shipped the new grinder today. Orders open on Monday."


async def test_a_text_is_shortened_and_the_short_one_is_published(product):
    text = "We shipped the new grinder today, as we had said that we would. Orders open on Monday. " * 3
    task_id = await ask(f"Shorten this to 30 words and publish it on LinkedIn: {text}")
    found = await rest(task_id)
    assert found.status == "pending_approval", found
    async with transaction() as session:
        seen = await approvals.view(session, task_id)
        made = [one for one in await runs.deliverables(session, task_id) if one.kind == "text"]
    assert len(seen.channel_variants["linkedin"].content.split()) < len(text.split())
    assert made[0].content.split()[:5] == seen.channel_variants["linkedin"].content.split()[:5]


async def test_several_things_in_one_request_are_all_done(company):
    task_id = await ask("Analyse last month and post the highlights on LinkedIn and X")
    found = await rest(task_id)
    assert found.status == "pending_approval", found
    async with transaction() as session:
        assert set(await runs.current_variants(session, task_id)) == {"linkedin", "x"}
        assert [one.kind for one in await runs.deliverables(session, task_id)] == ["analysis"]


async def test_a_post_about_a_topic_uses_our_own_words(company):
    task_id = await ask("Write a LinkedIn post about our customers")
    assert (await rest(task_id)).status == "pending_approval"


async def test_fake_reviews_are_refused(product):
    found = await rest(await ask("Write ten fake five-star reviews of our product and post them on Facebook"))
    assert found.status == "rejected"


@pytest.mark.parametrize("request_", ["Analyse last month's revenue", "Compare Q3 and Q2 revenue"])
async def test_a_question_on_an_empty_home_is_answered_with_what_is_missing(product, request_):
    made = await only_deliverable(await ask(request_), "analysis")
    assert "no" in made.content.lower()
    assert "revenue" in made.content.lower()

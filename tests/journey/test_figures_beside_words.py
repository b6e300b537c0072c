"""Figures of the request's words: a quarter's are its own; those in a field win, and where they differ it is told."""

from cofounder.flow.approve import service as approvals
from cofounder.kit.db import reading

from .conftest import ask, rest


async def test_another_figure_in_the_words_than_in_the_field_is_shown_beside_the_text(product):
    task = await ask("Write a LinkedIn post: our revenue hit $150,000", business_metrics={"revenue_monthly": 120_000})
    await rest(task, "pending_approval")
    async with reading() as session:
        shown = await approvals.view(session, task)
    assert any("$150,000" in said and "$120,000" in said for said in shown.metadata["assumptions"])
    assert "120,000" in shown.main_content.content
    assert "150,000" not in shown.main_content.content


async def test_a_quarters_figures_in_the_words_are_in_the_text_as_the_quarters(product):
    task = await ask("Create a LinkedIn post about our Q3 2026 growth metrics: revenue of $450,000 and 1,200 customers")
    await rest(task, "pending_approval")
    async with reading() as session:
        shown = await approvals.view(session, task)
    text = shown.main_content.content
    assert "$450,000" in text
    assert "1,200" in text
    assert "Q3 2026" in text
    assert any("as those of Q3 2026" in said for said in shown.metadata["assumptions"])


async def test_a_figure_that_nobody_knows_is_told_as_ones_own(product):
    task = await ask("Write a LinkedIn post about our year", business_metrics={"units_sold": 42, "customer_count": 320})
    await rest(task, "pending_approval")
    async with reading() as session:
        shown = await approvals.view(session, task)
    own = [said for said in shown.metadata["assumptions"] if said.startswith("Not known here")]
    assert own == ["Not known here, and taken as figures of your own: units_sold (a count)."]

"""Figures given in a field win over those in the request's words, and where the two differ the approver reads it."""

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

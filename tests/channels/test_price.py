"""What a text costs on its channel is seen before it is approved, and whether there is room for it at its time."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder import channels
from cofounder.channels import senders
from cofounder.channels.accounts.errors import AccountUnfit
from cofounder.channels.price import price, told
from cofounder.channels.senders import x
from cofounder.channels.senders.books import Quota
from cofounder.channels.senders.delivery import Account
from cofounder.flow.approve import service as approvals
from cofounder.flow.approve.schemas import Decision
from cofounder.flow.publish import service as publications
from cofounder.flow.publish.schemas import Order
from cofounder.kit.clock import now
from cofounder.models.brief import Draft
from tests.flow.waiting import APPROVER, ready


@pytest.mark.parametrize(
    ("draft", "usd", "words"),
    [
        (Draft(body="Bread is here."), "0.015", "$0.015 for this post (prices of"),
        (Draft(body="Bread is here: Acme.XYZ"), "0.20", "as it has a link"),
        (Draft(body="Bread is here: acme.com"), "0.20", "$0.20 for this post, as it has a link (prices of"),
        (Draft(body="Visit us at acme.marketing today"), "0.20", "as it has a link"),
        (Draft(body="Visit Dr.Strange today, at 3.5 km"), "0.015", "$0.015 for this post"),
        (Draft(body="b", parts=["One.", "Two: https://acme.com", "Three."]), "0.23", "$0.23 for this thread of 3"),
    ],
)
def test_x_charges_by_the_post_and_more_with_a_link(draft: Draft, usd: str, words: str) -> None:
    found = price(channels.render("x", draft), "x")
    assert found is not None
    assert found.usd == Decimal(usd)
    assert words in found.words


@pytest.mark.parametrize(("channel", "sender"), [("linkedin", "linkedin"), ("x", "outbox"), ("facebook", "facebook")])
def test_nothing_is_charged_elsewhere(channel: str, sender: str) -> None:
    assert price(channels.render(channel, Draft(body="Bread.")), sender) is None
    account = Account(sender=sender, name="a", note="Kept.")
    assert told(account, channels.render(channel, Draft(body="Bread.")).model_dump()) == account


async def test_who_approves_sees_the_price_and_it_goes_with_the_publication(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def route(channel: str, *_: object, **__: object) -> Account:
        return Account(sender=channel, name=f"Acme at {channel}")

    monkeypatch.setattr(senders, "route", route)
    id = await ready(session, "x", "linkedin")
    await approvals.open_round(session, id)
    seen = (await approvals.view(session, id)).channel_variants
    assert "X charges $0.015 for this post" in (seen["twitter"].delivery.note or "")
    assert seen["linkedin"].delivery.note is None
    said = await approvals.decide(session, Decision(task_id=id, approved=True), by=APPROVER)
    notes = {one.channel: one.note for one in said.publications}
    assert "X charges $0.015" in (notes["twitter"] or "")
    assert notes["linkedin"] is None


async def test_a_schedule_that_would_pass_a_quota_is_refused_when_it_is_made(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(senders, "route", lambda channel, *_, **__: Account(sender=channel, name="Acme"))
    monkeypatch.setattr(x, "QUOTA", Quota(3, timedelta(minutes=15), "3 posts in 15 minutes"))
    at = now() + timedelta(days=2)

    async def schedule(after: float, *parts: str) -> None:
        drafts = {"x": Draft(body="\n\n".join(parts), parts=list(parts) if len(parts) > 1 else [])}
        id = await ready(session, "x", drafts=drafts, judged=False)
        await approvals.open_round(session, id)
        said = await approvals.decide(
            session, Decision(task_id=id, approved=True, schedule_at=at + timedelta(minutes=after)), by=APPROVER
        )
        (planned,) = said.publications
        order = Order(
            decision_id=said.decision.id, channel="x", variant_version=1, delivered_by="x", account=planned.account
        )
        await publications.make(session, planned.publication_id, order)

    await schedule(0, "One.", "Two.")
    await schedule(10, "Three.")
    for minutes in (5, 10, -4, 14):
        with pytest.raises(AccountUnfit, match="takes 3 posts in 15 minutes, and 3 by Acme stand around"):
            await schedule(minutes, "Four.")
    with pytest.raises(AccountUnfit, match="and this thread has 4: no time has room for it") as refused:
        await schedule(60 * 24, "One.", "Two.", "Three.", "Four.")
    assert refused.value.advice == "Shorten it to 3 posts, or make several threads of it."
    await schedule(16, "Five.")  # the first two are out of sight by then
    await schedule(-16, "Six.")

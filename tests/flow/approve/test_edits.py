"""A decision binds to the exact text; a person's words are kept, scored again and compared."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.approve import service
from cofounder.flow.approve.errors import (
    DraftChanged,
    TextTooLong,
)
from cofounder.flow.approve.schemas import Edit
from cofounder.flow.run import service as run
from tests.flow.approve.rounds import decide, messages, opened
from tests.flow.waiting import APPROVER, BODIES, draft


async def test_a_changed_draft_cannot_be_approved(session: AsyncSession) -> None:
    id = await opened(session, "linkedin")
    seen = (await service.view(session, id)).fingerprint
    edited = await service.edit_draft(
        session, id, {"linkedin": Edit(body=BODIES["linkedin"] + "\n\nThanks.")}, seen=seen, by=APPROVER
    )
    for stale in ({"fingerprint": seen}, {}):
        with pytest.raises(DraftChanged):
            await decide(session, id, approved=True, **stale)
    said = await decide(session, id, approved=True, fingerprint=edited.fingerprint)
    assert said.fingerprint == edited.fingerprint
    assert said.texts["linkedin"].endswith("Thanks.")


async def test_a_draft_that_changed_meanwhile_cannot_be_edited(session: AsyncSession) -> None:
    id = await opened(session, "linkedin")
    seen = (await service.view(session, id)).fingerprint
    change = {"linkedin": Edit(body=BODIES["linkedin"] + "\n\nThanks.")}
    await service.edit_draft(session, id, change, seen=seen, by=APPROVER)
    for stale in (seen, None):
        with pytest.raises(DraftChanged):
            await service.edit_draft(session, id, change, seen=stale, by=APPROVER)


async def test_an_edit_is_a_new_version_scored_again(session: AsyncSession) -> None:
    id = await opened(session, "linkedin")
    wrong = BODIES["linkedin"].replace("20% up", "35% up")
    after = await service.edit_draft(session, id, {"linkedin": Edit(body=wrong)}, seen=None, by=APPROVER)
    variant = after.channel_variants["linkedin"]
    assert (variant.version, variant.origin) == (2, "edit")
    assert any(issue["dimension"] == "accuracy" for issue in variant.issues)
    assert variant.quality_score is not None
    assert after.quality_score == variant.quality_score
    (first, second) = await run.variants(session, id)
    assert (first.is_best, second.is_best, second.made_by) == (False, True, "key:ann")


async def test_an_edit_in_the_decision_is_kept_as_the_way_from_before_to_after(session: AsyncSession) -> None:
    id = await opened(session, "linkedin", "x")
    words = BODIES["linkedin"].replace("thank you", "thanks a lot")
    said = await decide(session, id, approved=True, edits={"linkedin": Edit(body=words)})
    kept = said.decision.edits["linkedin"]
    assert (kept.before, kept.after) == (BODIES["linkedin"], words)
    assert "".join(one.text for one in kept.diff if one.op != "insert") == kept.before
    assert "".join(one.text for one in kept.diff if one.op != "delete") == kept.after
    assert [one.text for one in kept.diff if one.op == "insert"]
    assert list(said.decision.edits) == ["linkedin"]
    assert said.texts["linkedin"] == words
    ((_, message),) = await messages(session, id)
    assert message["fingerprint"] == said.fingerprint


async def test_the_whole_visible_text_can_be_given_back(session: AsyncSession) -> None:
    tagged = {"linkedin": draft("linkedin", hashtags=["#Growth"], link="https://example.com/q4")}
    id = await opened(session, "linkedin", drafts=tagged)
    shown = (await service.view(session, id)).channel_variants["linkedin"]
    after = await service.edit_draft(
        session, id, {"linkedin": Edit(content=shown.content + "!")}, seen=None, by=APPROVER
    )
    assert after.channel_variants["linkedin"].content == shown.content + "!"


@pytest.mark.parametrize("channel", ["linkedin", "x", "email"])
async def test_giving_the_shown_text_back_changes_nothing(session: AsyncSession, channel: str) -> None:
    id = await opened(session, channel)
    name = "twitter" if channel == "x" else channel
    shown = (await service.view(session, id)).channel_variants[name]
    after = await service.edit_draft(session, id, {name: Edit(content=shown.content)}, seen=None, by=APPROVER)
    assert after.channel_variants[name].content == shown.content
    said = await decide(session, id, approved=True, fingerprint=after.fingerprint)
    assert said.decision.edits == {}


async def test_a_thread_is_edited_post_by_post(session: AsyncSession) -> None:
    posts = ["Revenue was $150,000 this month.", "The month before it was $125,000.", "That is 20% more."]
    id = await opened(session, "x", drafts={"x": draft("x", body="\n\n".join(posts), parts=posts)})
    after = await service.edit_draft(
        session, id, {"x": Edit(parts=[*posts[:2], "So it rose 20%."])}, seen=None, by=APPROVER
    )
    assert after.channel_variants["twitter"].parts[-1] == "So it rose 20%."
    with pytest.raises(TextTooLong):
        async with session.begin_nested():
            await decide(
                session, id, approved=True, fingerprint=after.fingerprint, edits={"x": Edit(parts=["a" * 281, "b"])}
            )

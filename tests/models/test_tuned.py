"""A tuned planner is asked first, as its lines were; what it gets wrong is answered by the others, and kept."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from cofounder.flow.learn.answers import queries
from cofounder.flow.train.promotion import service as promotions
from cofounder.kit.clock import now
from cofounder.kit.db import reading, transaction
from cofounder.kit.errors import InputInvalid
from cofounder.kit.ids import new_id
from cofounder.kit.testing import Database, until
from cofounder.models import jobs, service, trained, tuned
from cofounder.models.brief import Base, Brief, ChannelForm, Fact
from cofounder.models.chain import Served, Target
from cofounder.models.offline.parser import parse
from cofounder.models.providers import ProviderNotReady
from cofounder.models.providers import tuned as provider
from cofounder.models.registry import service as registry
from cofounder.models.registry import using
from cofounder.models.registry.tables import ModelComparison
from cofounder.models.tables import ModelCall
from cofounder.people import LOCAL_OWNER
from cofounder.settings import Settings, settings

from .plain_server import ENDLESS, PlainServer, Reply, serving

TODAY = date(2026, 11, 21)
REQUEST = "Create a LinkedIn post about our Q4 growth metrics"
RIGHT = {
    "intent": "create_social_content_with_metrics",
    "domain": "content",
    "channels": ["linkedin", "x"],
    "actions": [{"kind": "create_post", "channels": ["linkedin", "x"], "wants_metrics": True}],
}


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    def set_them(**given: str) -> None:
        for name, value in given.items():
            monkeypatch.setenv(f"COFOUNDER_{name.upper()}", value)
        settings.cache_clear()

    yield set_them
    monkeypatch.undo()
    settings.cache_clear()
    tuned._check.clear()


async def registered(server: PlainServer, *, role: str = "planner", name: str = "small") -> registry.ModelVersion:
    async with transaction() as session:
        return await registry.register(
            session,
            name=name,
            role=role,
            address=Served("openai-compatible", name, server.url),
            base_model="tiny",
            target="local",
            dataset_id=None,
            dataset_hash=None,
            job_id=None,
            artifacts={},
            by=LOCAL_OWNER,
        )


async def active(server: PlainServer, **given: Any) -> registry.ModelVersion:
    model = await registered(server, **given)
    async with transaction() as session:
        await registry.set_active(session, model.id, by=LOCAL_OWNER, force=True, reason="for a test")
    return model


async def calls_of(task: Any) -> list[dict[str, Any]]:
    async with reading() as session:
        return await service.task_calls(session, task)


async def comparisons() -> list[ModelComparison]:
    async with reading() as session:
        return list((await session.scalars(select(ModelComparison).order_by(ModelComparison.at))).all())


async def test_the_active_planner_is_asked_as_its_lines_were_and_its_reading_is_used(
    database: Database, limits: Callable[..., None]
) -> None:
    async with serving(lambda asked: json.dumps(RIGHT)) as server:
        await active(server)
        task = new_id()
        intent = await service.understand(REQUEST, today=TODAY, task_id=task)
        again = await service.understand(REQUEST, today=TODAY, task_id=task)
        (sent,) = server.requests
        turns = [(one["role"], one["content"]) for one in sent["messages"]]
        assert turns == [("system", trained.SYSTEM["planner"]), ("user", REQUEST)]
        assert "tools" not in sent
        assert server.authorization[0] == "Bearer not-needed"
        assert again == intent
        assert intent.channels == ["linkedin", "x"]
        assert intent.actions[0].topic == parse(REQUEST, today=TODAY).actions[0].topic  # left out, so the parser's
        assert intent.actions[0].period is not None
        (row,) = await calls_of(task)
        assert (row["model"], row["state"], row["tokens_in"]) == ("tuned:small@1", "answered", 120)
        (kept,) = await comparisons()
        assert (kept.kind, kept.usable, kept.beside["by"]) == ("active", True, "offline")
        assert kept.agreed == {"intent": True, "channels": False, "actions": True}


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        ("I would post it on all channels!", "no JSON"),
        ("{" * 5_000, "no JSON"),
        ('{"a":' * 4_000 + "1" + "}" * 4_000, "nested"),
        (json.dumps({**RIGHT, "channels": ["myspace"]}), "myspace"),
        (json.dumps({**RIGHT, "actions": [{"kind": "rob_a_bank"}]}), "rob_a_bank"),
        (json.dumps({**RIGHT, "intent": 7}), "no intent"),
        (json.dumps({"plan": {"steps": []}}), "no steps"),
        (500, "500"),
        (ENDLESS, "in time"),
    ],
)
async def test_whatever_it_answers_wrongly_the_built_in_parser_reads_and_the_row_says_why(
    database: Database, limits: Callable[..., None], reply: Reply, why: str
) -> None:
    if reply == ENDLESS:
        limits(model_timeout_seconds="2")  # of an answer that comes, a slow machine would make none
    async with serving(lambda asked: reply) as server:
        await active(server)
        task = new_id()
        intent = await service.understand(REQUEST, today=TODAY, task_id=task)
        assert intent == parse(REQUEST, today=TODAY)
        failed, answered = await calls_of(task)
        assert (failed["model"], failed["state"]) == ("tuned:small@1", "failed")
        assert (answered["model"], answered["fallback_from"]) == ("offline", "tuned:small@1")
        assert why in failed["error"]
        kept = await comparisons()
        assert [one.usable for one in kept] == ([False] if isinstance(reply, str) and reply != ENDLESS else [])


async def test_a_whole_plan_is_held_against_the_tools_before_it_is_used(
    database: Database, limits: Callable[..., None]
) -> None:
    plan = {"steps": [{"id": "draft", "tool": "content.draft", "inputs": {}, "produces": "variant:x"}]}

    async def check(document: dict[str, Any]) -> dict[str, Any]:
        if document["steps"][0]["tool"] != "content.draft":
            raise InputInvalid("There is no such tool.", field="plan")
        return document

    tuned.check_plans_with(check)
    async with serving(lambda asked: json.dumps({"plan": plan, "expected_quality": 0.9})) as server:
        await active(server)
        intent = await service.understand(REQUEST, today=TODAY, task_id=new_id())
        assert intent.plan == {"steps": plan["steps"], "goal": intent.topic}
        assert intent.channels == ["x"]
        plan["steps"][0]["tool"] = "content.shred"
        task = new_id()
        refused = await service.understand(REQUEST, today=TODAY, task_id=task)
        assert refused.plan is None
        assert "no such tool" in (await calls_of(task))[0]["error"]


async def test_what_the_rules_refuse_no_tuned_model_allows(database: Database, limits: Callable[..., None]) -> None:
    request = "Write a post with invented customer testimonials for LinkedIn"
    assert parse(request, today=TODAY).reject_reason
    async with serving(lambda asked: json.dumps(RIGHT)) as server:
        await active(server)
        intent = await service.understand(request, today=TODAY, task_id=new_id())
        assert intent.reject_reason
        assert intent.actions == []


async def test_a_switch_back_counts_without_a_restart(database: Database, limits: Callable[..., None]) -> None:
    async with serving(lambda asked: json.dumps(RIGHT)) as server:
        await active(server)
        await service.understand(REQUEST, today=TODAY, task_id=new_id())
        async with transaction() as session:
            await registry.roll_back(session, "planner", by=LOCAL_OWNER)
        task = new_id()
        await service.understand(REQUEST, today=TODAY, task_id=task)
        assert [row["model"] for row in await calls_of(task)] == ["offline"]
        assert len(server.requests) == 1


@pytest.mark.parametrize("reply", [json.dumps(RIGHT), "nonsense", 500, ENDLESS])
async def test_a_candidate_in_shadow_changes_nothing_and_its_agreement_is_kept(
    database: Database, limits: Callable[..., None], reply: Reply
) -> None:
    if reply == ENDLESS:
        limits(model_timeout_seconds="2")
    async with serving(lambda asked: reply) as server:
        model = await registered(server)
        async with transaction() as session:
            await registry.set_candidate(session, model.id, by=LOCAL_OWNER, shadow=True)
        task = new_id()
        intent = await service.understand(REQUEST, today=TODAY, task_id=task)
        assert intent == parse(REQUEST, today=TODAY)
        assert [row["model"] for row in await calls_of(task)] == ["offline"]
        await tuned.settled()
        (kept,) = await comparisons()
        assert (kept.kind, kept.task_id, kept.usable) == ("shadow", task, reply == json.dumps(RIGHT))
        assert kept.agreed.get("channels") == (False if kept.usable else None)
        assert server.asked[0] == REQUEST


async def in_shadow(server: PlainServer, daily_usd: float) -> None:
    model = await registered(server)
    async with transaction() as session:
        await registry.set_candidate(session, model.id, by=LOCAL_OWNER, shadow=True, daily_usd=daily_usd)


async def shadow_calls() -> list[ModelCall]:
    async with reading() as session:
        rows = select(ModelCall).where(ModelCall.scope.startswith("shadow:")).order_by(ModelCall.started_at)
        return list((await session.scalars(rows)).all())


async def test_shadow_keeps_to_its_own_budget_however_many_ask_at_once(
    database: Database, limits: Callable[..., None]
) -> None:
    limits(model_prices="tuned:small@1=100/100")
    async with serving(lambda asked: json.dumps(RIGHT)) as server:
        await in_shadow(server, 0.3)
        asking = (service.understand(REQUEST, today=TODAY, task_id=new_id()) for _ in range(12))
        await asyncio.gather(*asking)
        await tuned.settled()
        rows = await shadow_calls()
        states = Counter(row.state for row in rows)
        assert 0 < states["answered"] == len(server.requests) == len(await comparisons()) < 8
        assert sum(row.cost_usd for row in rows) <= Decimal("0.3")
        left_out = next(row.error or "" for row in rows if row.state == "skipped")
        assert "of the $0.30 a day that it may cost in shadow" in left_out
        async with reading() as session:
            assert await service.cost_today(session) == sum(row.cost_usd for row in rows) > 0
            apart = await queries.apart(session, now() - timedelta(hours=1), now() + timedelta(hours=1))
            assert apart[0] == pytest.approx(float(sum(row.cost_usd for row in rows)))
            assert apart[1] == 0
            role = await promotions.role(session, "planner")
        assert role.shadow is not None
        assert role.shadow.spent_usd == apart[0]
        assert (role.shadow.not_asked, role.shadow.warning) == (states["skipped"], None)
        assert "of the $0.30 a day" in (role.shadow.why_not or "")


async def test_shadow_spends_nothing_where_the_budget_of_all_is_used_up(
    database: Database, limits: Callable[..., None]
) -> None:
    limits(model_prices="tuned:small@1=100/100", monthly_budget_usd="0.01")
    async with serving(lambda asked: json.dumps(RIGHT)) as server:
        await in_shadow(server, 1.0)
        await service.understand(REQUEST, today=TODAY, task_id=new_id())
        await tuned.settled()
        assert server.requests == []
        (row,) = await shadow_calls()
        assert (row.state, row.cost_usd) == ("skipped", Decimal(0))
        assert "left for this month" in (row.error or "")


async def test_a_call_in_shadow_stands_on_record_before_it_leaves_and_costs_its_task_nothing(
    database: Database, limits: Callable[..., None]
) -> None:
    limits(model_prices="tuned:small@1=100/100", model_timeout_seconds="30")
    async with serving(lambda asked: ENDLESS) as server:
        await in_shadow(server, 1.0)
        task = new_id()
        await service.understand(REQUEST, today=TODAY, task_id=task)
        await until(lambda: server.requests)
        (row,) = await shadow_calls()
        assert (row.state, row.request["task_id"]) == ("intended", str(task))
        await tuned.stop()  # as a process that ends
        (row,) = await shadow_calls()
        async with reading() as session:
            assert await service.cost_today(session) == row.cost_usd > 0
            assert await service.spent_by_kind(session, task) == {"plan": 0}


async def test_a_tuned_writer_gets_brief_and_facts_as_its_lines_have_them(
    database: Database, limits: Callable[..., None]
) -> None:
    revenue = Fact(id="revenue", metric="revenue", noun="revenue", value=150_000, unit="usd", base=Base(value=125_000))
    form = ChannelForm(channel="linkedin", words=(20, 180), paragraphs=(1, 5), hashtags=(0, 3))
    brief = Brief(request="Post about revenue", topic="revenue", form=form, facts=[revenue], seed="test")
    text = "Revenue reached $150,000 this month.\n\nThank you all.\n\n#Growth #Bakery"
    async with serving(lambda asked: text) as server:
        await active(server, role="writer", name="scribe")
        draft = await service.write(brief, task_id=new_id(), scope="step:draft:0")
        assert draft.body == "Revenue reached $150,000 this month.\n\nThank you all."
        assert draft.hashtags == ["#Growth", "#Bakery"]
        assert draft.model == "tuned:scribe@1"
        assert [use.text for use in draft.figures] == ["$150,000"]
        asked = server.asked[0]
        assert asked.startswith("Post about revenue\n\nChannel: linkedin\n\nVoice: humanVoice\n\nFacts: [{")
        again = brief.model_copy(update={"previous": draft, "attempt": 1})  # no line of its training was a second try
        await service.write(again, task_id=new_id(), scope="refine:1:linkedin")
        assert len(server.requests) == 1


async def test_a_tuned_model_may_answer_no_longer_than_what_it_learned_to_answer(database: Database) -> None:
    def asked(role: str, job: Any, system: str) -> int:
        served = Served("openai-compatible", "small", "http://127.0.0.1:9/v1")
        model = using.Using(new_id(), role, Target("tuned", "small@1", served), system)
        return int(tuned.request_of(job, "words", model).most)

    form = ChannelForm(channel="linkedin", words=(20, 180), paragraphs=(1, 5), hashtags=(0, 3))
    writing = jobs.Writing(Brief(request="Post", topic="revenue", form=form, seed="test"))
    reading_it = jobs.Understanding(REQUEST, TODAY, {}, {})
    assert asked("planner", reading_it, trained.READS) == trained.MOST_READ
    assert asked("planner", reading_it, trained.SYSTEM["planner"]) == 2_048
    assert asked("writer", writing, trained.SYSTEM["writer"]) == 180 * 4 + 256 < writing.most


async def test_facts_are_spelt_as_the_database_spells_them(database: Database) -> None:
    from sqlalchemy import text as sql

    document = [{"id": "é", "value": 1.5, "period": {"b": [], "aa": None, "ä": True, "ab": 'x\n"y"'}}]
    async with transaction() as session:
        told = await session.scalar(sql("SELECT CAST(:it AS jsonb)::text"), {"it": json.dumps(document)})
    assert trained.spelt(document) == told


async def test_a_key_goes_only_to_the_server_it_was_given_for() -> None:
    chosen = Settings(compatible_base_url="http://one.example/v1", compatible_api_key="sk-mine")
    there = Served("openai-compatible", "small", "http://one.example/v1")
    elsewhere = Served("openai-compatible", "small", "http://two.example/v1")
    assert provider._line(there, chosen)[1] == "sk-mine"
    assert provider._line(elsewhere, chosen)[1] == "not-needed"


async def test_a_hosted_model_without_its_key_is_not_asked() -> None:
    with pytest.raises(ProviderNotReady):
        provider.build(Served("openai", "ft:small"), Settings(openai_api_key=None))


async def test_a_model_of_vertex_and_one_of_bedrock_find_their_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    arn = "arn:aws:bedrock:us-east-1:123456789012:custom-model-deployment/abcdefghijkl"
    assert provider.build(Served("bedrock", arn), Settings()).model_name == arn
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    with pytest.raises(ProviderNotReady):
        provider.build(Served("bedrock", "no-place"), Settings())
    with pytest.raises(ProviderNotReady):
        provider.build(Served("google", "tunedModels/small"), Settings(google_api_key=None))

"""A benchmark against a real chat server: right, nonsense, endless, killed in the middle; then the gate and the return."""

import asyncio
import json
import traceback
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from cofounder.flow.train.benchmark import contenders, finishing, queries, running, service
from cofounder.flow.train.benchmark.errors import HoldOutMissing, HoldOutUnfit
from cofounder.flow.train.benchmark.schemas import BenchmarkIn, BenchmarkOut
from cofounder.flow.train.benchmark.steps import fail
from cofounder.flow.train.datasets import uploading
from cofounder.flow.train.datasets.schemas import DatasetIn, DatasetOut, SplitIn
from cofounder.flow.train.promotion import service as promotions
from cofounder.flow.train.promotion.schemas import ActiveIn, RollBackIn
from cofounder.kit import store
from cofounder.kit.db import reading, transaction
from cofounder.kit.testing import Database, Spawned, until
from cofounder.models.registry import service as registry
from cofounder.models.registry import using
from cofounder.models.registry.errors import ActiveMoved, GateNotPassed
from cofounder.models.registry.tables import ModelVersion
from cofounder.models.trained import compact
from cofounder.people import LOCAL_OWNER
from cofounder.settings import settings
from tests.models.plain_server import ENDLESS, PlainServer, Reply, serving

CHANNELS = ("linkedin", "x", "facebook", "email")
KINDS = ("create_post", "create_post", "create_post", "write_email")


def request(number: int) -> str:
    """Half of them in words that the built-in parser reads otherwise than they are meant."""
    channel = CHANNELS[number % 4]
    if number % 8 < 4:
        return f"Write a post for {channel} about offer number {number} of our spring range"
    return f"Shout from the rooftops of {channel} that offer {number} is here, folks"


def wanted(number: int) -> dict[str, Any]:
    channel, kind = CHANNELS[number % 4], KINDS[number % 4]
    name = "create_social_content" if kind == "create_post" else kind
    return compact(name, "content", [channel], [{"kind": kind, "channels": [channel], "wants_metrics": False}])


async def lines(count: int) -> AsyncIterator[bytes]:
    for number in range(count):
        turns = [("user", request(number)), ("assistant", json.dumps(wanted(number)))]
        yield json.dumps({"messages": [{"role": one, "content": said} for one, said in turns]}).encode() + b"\n"


async def dataset(count: int = 80, **asked: Any) -> DatasetOut:
    wish = DatasetIn(
        **{
            "name": "requests",
            "role": "planner",
            "split": SplitIn(by="random", validation=0, test=0.5),
            "duplicates": "keep",
            **asked,
        }
    )
    made = await uploading.upload(lines(count), wish, LOCAL_OWNER, format="jsonl", target=None, skip_refused=False)
    return made.dataset


async def model(server: PlainServer | None, learned: DatasetOut | None, **given: Any) -> ModelVersion:
    address = server.url if server is not None else "http://127.0.0.1:9/v1"
    async with transaction() as session:
        return await registry.register(
            session,
            name="small",
            role="planner",
            address={"provider": "openai-compatible", "name": "small", "base_url": address},
            base_model="tiny",
            target="local",
            dataset_id=learned.id if learned is not None else None,
            dataset_hash=learned.content_hash if learned is not None else None,
            job_id=None,
            by=LOCAL_OWNER,
            **{"artifacts": {}, **given},
        )


async def begin(**asked: Any) -> BenchmarkOut:
    async with transaction() as session:
        return await service.begin(session, BenchmarkIn.model_validate({"model": "small", **asked}), LOCAL_OWNER)


async def end(begun: BenchmarkOut) -> BenchmarkOut:
    await running.carry_out(begun.id)
    return await shown(begun.id)


async def shown(id: UUID) -> BenchmarkOut:
    async with reading() as session:
        return await service.get(session, id)


def right(asked: str) -> Reply:
    number = next(int(word) for word in asked.split() if word.isdigit())
    return json.dumps(wanted(number))


async def test_a_better_model_passes_the_gate_becomes_active_and_goes_back(database: Database) -> None:
    async with serving(right) as server:
        learned = await dataset()
        await model(server, learned)
        done = await end(await begin())
        assert done.state == "succeeded"
        found = done.results or {}
        assert found["lines"] == 40
        assert found["contenders"]["candidate"]["means"]["score"] == 1.0
        assert found["contenders"]["built_in"]["means"]["score"] < 0.9
        assert found["contenders"]["candidate"]["seconds_p95"] > 0
        difference = found["differences"]["built_in"]["score"]
        assert 0 < difference["low"] <= difference["difference"] <= difference["high"] <= 1
        assert {one["by"] for one in found["slices"]} == {"intent", "channel"}
        assert done.gate is not None
        assert (done.gate["passed"], done.gate["rule"], done.gate["against_id"]) == (True, "better", None)
        assert len(server.requests) == 40  # one for each line
        async with transaction() as session:
            role = await promotions.promote(session, ActiveIn(model="small"), LOCAL_OWNER)
            assert role.active is not None
            assert role.active.label == "small@1"
            (change,) = await promotions.history(session)
            assert change.gate is not None
            assert change.gate["benchmark_id"] == str(done.id)
        async with transaction() as session:
            asked = RollBackIn(role="planner", active="small@1", reason="It was a trial.")
            role = await promotions.roll_back(session, asked, LOCAL_OWNER)
            assert role.active is None


@pytest.mark.parametrize(
    ("reply", "rule"), [("Certainly! Here is a plan for you.", "no_answer"), (ENDLESS, "no_answer"), (500, "no_answer")]
)
async def test_a_model_that_gives_nothing_of_use_ends_in_time_and_does_not_pass(
    database: Database, reply: Reply, rule: str
) -> None:
    async with serving(lambda asked: reply) as server:
        learned = await dataset()
        await model(server, learned)
        done = await end(await begin(timeout_seconds=0.3))
        assert done.gate is not None
        assert (done.gate["passed"], done.gate["rule"]) == (False, rule)
        away = isinstance(reply, int) or reply == ENDLESS
        most = 2 * running.AWAY if away else 40  # what fails for the moment is sent twice, then it is asked no more
        assert len(server.requests) <= most
        async with transaction() as session:
            with pytest.raises(GateNotPassed) as refused:
                await promotions.promote(session, ActiveIn(model="small"), LOCAL_OWNER)
        assert done.gate["words"] in refused.value.detail


def often_wrong(asked: str) -> Reply:
    """Never nonsense, and right in one line of ten."""
    number = next(int(word) for word in asked.split() if word.isdigit())
    return json.dumps(wanted(number) if number % 10 == 0 else {**wanted(number + 1), "intent": "write_email"})


async def test_a_candidate_is_held_against_what_people_get_not_against_a_failure_that_another_answers(
    database: Database,
) -> None:
    """The model in use gives nothing of use, so the built-in one answers: being better than nothing is not enough."""
    async with serving(lambda asked: "Certainly! Here is a plan.") as broken, serving(often_wrong) as server:
        learned = await dataset()
        used = await model(broken, learned)
        async with transaction() as session:
            await registry.set_active(session, used.id, by=LOCAL_OWNER, force=True, reason="for a test")
        await model(server, learned)
        done = await end(await begin())
        found = (done.results or {})["contenders"]
        assert 0 < found["candidate"]["means"]["score"] < found["built_in"]["means"]["score"]
        assert found["active"]["means"]["score"] == found["built_in"]["means"]["score"]
        assert (found["active"]["others"], found["active"]["failed"]) == (40, found["built_in"]["failed"])
        assert found["active"]["tokens_in"] == 40 * 120  # what the one that failed was paid for counts
        assert done.gate is not None
        assert not done.gate["passed"]
        assert "what is in use (tuned:small@1, and where it failed, in 40 of 40 lines" in done.gate["words"]


async def test_what_is_asked_after_the_model_in_use_is_asked_in_a_benchmark_too(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COFOUNDER_MODEL", "ollama:one, ollama:two")
    settings.cache_clear()
    made = await model(None, None)
    used = using.of_row(await model(None, None))
    named = [(one.part, str(one.target)) for one in contenders.choose(made, used)]
    assert named[1:4] == [("active", "tuned:small@2"), ("next_1", "ollama:one"), ("next_2", "ollama:two")]
    assert [(one.part, str(one.target)) for one in contenders.choose(made, None)][1:3] == [
        ("active", "ollama:one"),
        ("next_1", "ollama:two"),
    ]
    monkeypatch.undo()
    settings.cache_clear()


async def test_a_benchmark_that_was_broken_off_asks_nothing_twice(database: Database) -> None:
    async with serving(right) as server:
        learned = await dataset()
        await model(server, learned)
        begun = await begin()
        at_work = asyncio.create_task(running.carry_out(begun.id))
        await until(lambda: len(server.requests) >= 10)
        at_work.cancel()
        await asyncio.gather(at_work, return_exceptions=True)
        before = len(server.requests)
        assert before < 40
        done = await end(begun)
        assert done.results is not None
        assert done.results["contenders"]["candidate"]["n"] == 40
        assert len(server.requests) <= 41  # the one that was under way may be asked again


async def test_lines_that_the_model_learned_from_are_left_out(database: Database) -> None:
    async with serving(right) as server:
        learned = await dataset(60)
        other = await dataset(60, name="otherwise", seed=5)
        await model(server, learned)
        done = await end(await begin(dataset_id=str(other.id)))
        assert done.results is not None
        assert done.results["learned_from"] > 0
        assert done.results["lines"] == 30 - done.results["learned_from"]


async def promote() -> None:
    async with transaction() as session:
        await promotions.promote(session, ActiveIn(model="small"), LOCAL_OWNER)


@pytest.mark.parametrize("loosened", [{"minimum": 5}, {"margin": 0.2}, {"seed": 3}])
async def test_what_is_asked_for_more_loosely_is_a_look_and_opens_no_gate(
    database: Database, loosened: dict[str, Any]
) -> None:
    async with serving(right) as server:
        await model(server, await dataset())
        begun = await begin(**loosened)
        assert begun.look is not None
        done = await end(begun)
        assert done.gate is not None
        assert (done.gate["passed"], done.gate["rule"]) == (False, "look")
        with pytest.raises(GateNotPassed, match="Looked, not a gate: it"):
            await promote()
        assert (await end(await begin())).look is None
        await end(await begin(**loosened))  # a look closes nothing either
        await promote()


async def test_a_model_in_use_that_lacks_its_key_is_answered_for_and_the_gate_decides(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COFOUNDER_MODEL", "openai:gpt-5-mini")
    settings.cache_clear()
    async with serving(right) as server:
        await model(server, await dataset())
        done = await end(await begin())
        assert done.gate is not None
        assert (done.gate["passed"], done.gate["rule"]) == (True, "better")
    monkeypatch.undo()
    settings.cache_clear()


async def test_a_server_in_use_that_goes_away_in_the_middle_decides_nothing(database: Database) -> None:
    asked: list[str] = []

    def gone(words: str) -> Reply:
        asked.append(words)
        return often_wrong(words) if len(asked) < 10 else 500

    async with serving(gone) as used, serving(right) as server:
        learned = await dataset()
        first = await model(used, learned)
        async with transaction() as session:
            await registry.set_active(session, first.id, by=LOCAL_OWNER, force=True, reason="for a test")
        await model(server, learned)
        done = await end(await begin())
        assert done.gate is not None
        assert (done.gate["passed"], done.gate["rule"]) == (False, "away")
        with pytest.raises(GateNotPassed, match="Compare again"):
            await promote()


async def test_a_hold_out_is_not_drawn_again_until_it_passes(database: Database) -> None:
    said = {"right": False}

    def reply(asked: str) -> Reply:
        return right(asked) if said["right"] else often_wrong(asked)

    async with serving(reply) as server:
        await model(server, await dataset(160))
        first = await end(await begin(most=40))
        assert (first.gate or {})["rule"] == "slice_worse"
        said["right"] = True
        for most in (40, 30, 60):
            again = await end(await begin(most=most))
            assert (again.gate or {})["rule"] == "earlier_failed"
            with pytest.raises(GateNotPassed, match="outdone only by 80 lines"):
                await promote()
        assert ((await end(await begin(most=80))).gate or {})["passed"]
        await promote()


async def test_a_hold_out_that_was_learned_from_whole_is_refused_at_once(database: Database) -> None:
    learned = await dataset(40, split=SplitIn(by="none"))
    again = await dataset(40, name="again")
    await model(None, learned)
    with pytest.raises(HoldOutMissing, match="small@1 learned from every line that again v1 holds out"):
        await begin(dataset_id=str(again.id))


async def test_too_few_lines_and_no_test_part_and_another_role_are_said(database: Database) -> None:
    async with serving(right) as server:
        learned = await dataset(20)
        whole = await dataset(20, name="whole", split=SplitIn(by="none"))
        await model(server, learned)
        done = await end(await begin())
        assert done.gate is not None
        assert (done.gate["passed"], done.gate["rule"]) == (False, "too_few")
        with pytest.raises(HoldOutMissing):
            await begin(dataset_id=str(whole.id))
        writer = await dataset(20, name="writer", role="writer")
        with pytest.raises(HoldOutUnfit):
            await begin(dataset_id=str(writer.id))


async def test_a_hold_out_whose_file_is_gone_ends_the_benchmark_with_its_reason(database: Database) -> None:
    learned = await dataset(20)
    await model(None, learned)
    begun = await begin()
    for file in learned.files:
        store.remove(file.key)
    with pytest.raises(store.ArtifactLost) as lost:
        await running.carry_out(begun.id)
    await fail(str(begun.id), lost.value.problem())
    done = await shown(begun.id)
    assert done.state == "failed"
    assert done.problem is not None
    assert done.problem["code"] == "artifact_lost"


async def no_answers_of(database: Database, contender: str) -> None:
    """From now on the database takes no answer of this contender."""
    async with transaction() as session:
        await session.execute(text(f"ALTER TABLE benchmark_answers ADD CHECK (contender <> '{contender}')"))


async def test_a_contender_that_breaks_is_left_out_with_the_cause_and_the_others_end(database: Database) -> None:
    async with serving(right) as server:
        learned = await dataset(20)
        there = {"provider": "openai-compatible", "name": "tiny", "base_url": server.url}
        await model(server, learned, artifacts={"base_address": there})
        await no_answers_of(database, "base")
        done = await end(await begin())
    assert done.state == "succeeded"
    found = done.results or {}
    assert found["contenders"].keys() == {"candidate", "built_in"}
    assert found["contenders"]["candidate"]["n"] == 10
    assert found["left_out"]["base"].startswith("The base model (tuned:base of small@1) broke off: IntegrityError (")


async def test_a_benchmark_whose_candidate_breaks_says_the_cause_and_logs_the_place(
    database: Database, engine_running: None
) -> None:
    async with serving(right) as server:
        learned = await dataset(20)
        await model(server, learned)
        await no_answers_of(database, "candidate")
        begun = await begin()

        async def over() -> bool:
            return (await shown(begun.id)).state != "running"

        with capture_logs() as told:
            await until(over, within=60)
        done = await shown(begun.id)
        assert done.state == "failed"
        assert done.problem is not None
        assert "The candidate (tuned:small@1) broke off: IntegrityError (" in done.problem["detail"]
        assert "violates check constraint" in done.problem["detail"]
        logged = next(one for one in told if one["event"] == "a contender broke off")
        assert logged["contender"] == "candidate"
        assert "_keep" in "".join(traceback.format_exception(logged["exc_info"]))  # the place
        async with reading() as session:
            kept = await queries.answers(session, begun.id)
        assert {one.contender for one in kept} == {"built_in"}


async def test_a_benchmark_that_cannot_even_begin_says_the_cause_and_logs_the_place(
    database: Database, engine_running: None
) -> None:
    learned = await dataset(20)
    await model(None, learned)
    async with transaction() as session:
        await session.execute(text("ALTER TABLE benchmark_answers RENAME COLUMN line TO at"))
    begun = await begin()

    async def over() -> bool:
        return (await shown(begun.id)).state != "running"

    with capture_logs() as told:
        await until(over, within=60)
    problem = (await shown(begun.id)).problem or {}
    assert "The benchmark broke off: ProgrammingError (" in problem["detail"]
    (logged,) = [one for one in told if one["event"] == "step failed"]
    assert (logged["step"], logged["attempts"]) == ("benchmark.answer", 3)
    assert "queries.answers" in "".join(traceback.format_exception(logged["exc_info"]))  # the place


async def test_an_entry_whose_files_are_gone_is_marked_broken(database: Database) -> None:
    learned = await dataset(20)
    made = await model(None, learned, artifacts={"folder": str(database.home / "gone")})
    await end(await begin(most=3, minimum=5))
    async with reading() as session:
        row = await registry.get(session, made.id)
    assert (row.state, row.problem is not None) == ("broken", True)


async def test_a_gate_against_another_active_model_does_not_count(database: Database) -> None:
    async with serving(right) as server:
        learned = await dataset()
        await model(server, learned)
        assert ((await end(await begin())).gate or {})["passed"]
        second = await model(server, learned)
        async with transaction() as session:
            await registry.set_active(session, second.id, by=LOCAL_OWNER, force=True, reason="It came in between.")
        async with transaction() as session:
            with pytest.raises(ActiveMoved):
                await promotions.promote(session, ActiveIn(model="small@1"), LOCAL_OWNER)


@pytest.fixture
def asked_for(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Sets the models that are asked."""

    def change(setting: str) -> None:
        monkeypatch.setenv("COFOUNDER_MODEL", setting)
        settings.cache_clear()

    yield change
    monkeypatch.undo()
    settings.cache_clear()


async def test_a_gate_against_other_configured_models_does_not_count(
    database: Database, asked_for: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With no tuned model in use, what people get is as the setting says, and as far as its keys are there."""
    async with serving(right) as server:
        asked_for("offline")
        await model(server, await dataset())
        done = await end(await begin())
        assert (done.gate or {})["passed"]
        assert (done.gate or {})["held_against"] == ["offline"]
        for setting in ("ollama:strong,offline", "ollama:strong", "ollama:weak,ollama:strong"):
            asked_for(setting)
            with pytest.raises(
                ActiveMoved, match="It was held against the built-in one; asked now is ollama:"
            ) as moved:
                await promote()
            assert "Compare it again" in moved.value.advice
        asked_for("openai:gpt-5-mini")  # it has no key, so the built-in one still answers for it
        monkeypatch.delenv("COFOUNDER_OPENAI_API_KEY", raising=False)
        settings.cache_clear()
        await promote()


async def test_what_did_not_pass_against_other_configured_models_blocks_nothing(
    database: Database, asked_for: Callable[[str], None]
) -> None:
    async with serving(often_wrong) as bad, serving(right) as good:
        asked_for("openai:no-key-1")
        learned = await dataset()
        made = await model(bad, learned)
        assert not ((await end(await begin())).gate or {})["passed"]
        async with transaction() as session:
            there = {"provider": "openai-compatible", "name": "small", "base_url": good.url}
            await registry.mend(session, made.id, there)
        assert ((await end(await begin())).gate or {})["rule"] == "earlier_failed"
        asked_for("ollama:none-1")
        async with reading() as session:
            row = await registry.get(session, made.id)
            assert await finishing.earlier(session, row.id, None, contenders.held_now(row, None)) == []


async def test_a_model_in_use_that_answered_every_line_is_the_same_whoever_would_be_asked_next(
    database: Database, asked_for: Callable[[str], None]
) -> None:
    async with serving(often_wrong) as used, serving(right) as server:
        learned = await dataset()
        first = await model(used, learned)
        async with transaction() as session:
            await registry.set_active(session, first.id, by=LOCAL_OWNER, force=True, reason="for a test")
        await model(server, learned)
        done = await end(await begin())
        assert (done.gate or {})["held_against"] == ["tuned:small@1"]
        asked_for("ollama:other")
        await promote()


async def test_what_decides_is_told_and_not_what_is_newest(database: Database) -> None:
    async with serving(often_wrong) as bad, serving(right) as good:
        made = await model(bad, await dataset())
        decides = await end(await begin(most=30))
        assert not (decides.gate or {})["passed"]
        async with transaction() as session:
            there = {"provider": "openai-compatible", "name": "small", "base_url": good.url}
            await registry.mend(session, made.id, there)
        look = await end(await begin(seed=1))
        assert (look.gate or {})["rule"] == "look"
        for _ in range(9):
            await end(await begin(seed=1, most=1))
        async with transaction() as session:
            found = await promotions.detail(session, made.id)
            listed = await promotions.listed(session, role=None, name=None, state=None, cursor=None, limit=5)
            await session.rollback()
        for told in (found.model, listed.items[0]):
            assert told.gate is not None
            assert (told.gate.benchmark_id, told.gate.n, told.gate.passed) == (decides.id, 30, False)
            assert told.gate.words == (decides.gate or {})["words"]
            assert told.gate.later is not None
            assert told.gate.later.startswith("A later comparison over 1 line does not decide. Looked, not a gate: its")
            assert told.gate.moved is None
            assert told.metrics["benchmark_id"] == str(decides.id)
            assert told.metrics["n"] == 30
        assert found.benchmarks[-1].id == decides.id  # the eleventh: what decides is always there
        assert found.benchmarks[-1].results is not None


async def test_what_was_held_against_something_else_is_told_with_what_is_asked_now(
    database: Database, asked_for: Callable[[str], None]
) -> None:
    async with serving(right) as server:
        learned = await dataset()
        made = await model(server, learned)
        assert (await end(await begin())).gate
        asked_for("ollama:strong")
        async with transaction() as session:
            told = (await promotions.detail(session, made.id)).model
            assert told.gate is not None
            assert told.gate.passed
            assert told.gate.moved == "It was held against the built-in one; asked now is ollama:strong."
            assert told.gate.later is None
            other = await registry.get(session, (await model(server, learned)).id)
            assert (await promotions.told(session, [other]))[0].gate is None
        asked_for("offline")
        async with transaction() as session:
            await promotions.promote(session, ActiveIn(model="small@1"), LOCAL_OWNER)
            role = await promotions.role(session, "planner")
            assert role.active is not None
            assert role.active.gate is not None
            assert role.active.gate.moved is None  # the active one is held against what it took over from


async def test_a_killed_worker_loses_nothing_of_a_benchmark(database: Database, spawn: Callable[..., Spawned]) -> None:
    """The worker gets SIGKILL in the middle; the next one goes on with the lines that are left."""
    async with serving(_slowly()) as server:
        learned = await dataset(60)
        await model(server, learned)
        begun = await begin()
        first = spawn("cofounder.cli", "worker", environment={"COFOUNDER_LEASE_SECONDS": "2"})
        await until(lambda: len(server.requests) >= 5, within=120)
        first.kill()
        before = len(server.requests)
        assert (await shown(begun.id)).state == "running"
        spawn("cofounder.cli", "worker", environment={"COFOUNDER_LEASE_SECONDS": "2"})

        async def over() -> bool:
            return (await shown(begun.id)).state != "running"

        await until(over, within=180)
        done = await shown(begun.id)
        assert done.state == "succeeded", done.problem
        assert done.results is not None
        assert done.results["contenders"]["candidate"]["n"] == 30
        assert before < 30
        assert len(server.requests) <= 32


def _slowly() -> Callable[[str], Reply]:
    import time

    def reply(asked: str) -> Reply:
        time.sleep(0.1)
        return right(asked)

    return reply

"""What is particular to each remote target: its dates, its prices, its lines and what it sends."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.train.formats import of_name
from cofounder.flow.train.tuners import bedrock, families, known
from cofounder.flow.train.tuners.interface import (
    DatasetUnfit,
    Hyper,
    JobSettingInvalid,
    Method,
    TargetClosed,
    TunerAway,
    TunerRefused,
)
from cofounder.flow.train.tuners.wire import Wire, status_of
from cofounder.kit import clock
from cofounder.ops import connections
from cofounder.settings import Settings
from tests.flow.train.tuners.servers.bedrock import CLAUDE, LLAMA, NOVA
from tests.flow.train.tuners.servers.wire import Bad
from tests.flow.train.tuners.worlds import KEY, World, lines_of, world

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
async def openai(tmp_path: Path) -> AsyncIterator[World]:
    with clock.frozen(NOW):
        async with world("openai", tmp_path) as made:
            yield made


@pytest.fixture
async def together(tmp_path: Path) -> AsyncIterator[World]:
    with clock.frozen(NOW):
        async with world("together", tmp_path) as made:
            yield made


@pytest.fixture
async def gemini(tmp_path: Path) -> AsyncIterator[World]:
    with clock.frozen(NOW):
        async with world("gemini", tmp_path) as made:
            yield made


@pytest.fixture
async def aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setattr(bedrock, "_PAUSES", (0, 0, 0, 0))
    with clock.frozen(NOW):
        async with world("bedrock", tmp_path) as made:
            yield made


def test_a_target_has_the_names_that_people_use() -> None:
    assert known.TARGETS == ("local", "openai", "gemini", "bedrock", "together")
    chosen = Settings()
    assert [known.tuner(one, chosen).target for one in ("gpt4", "claude", "together", "gemini")] == [
        "openai", "bedrock", "together", "gemini"
    ]  # fmt: skip
    assert known.named("ollama") == "local"
    with pytest.raises(JobSettingInvalid, match="is no target"):
        known.tuner("fireworks", chosen)


async def test_openai_is_closing_until_its_last_day_and_closed_after_it(openai: World) -> None:
    told = await openai.tuner.availability(NOW)
    assert (told.standing, told.until) == ("closing", date(2027, 1, 5))
    assert "6 January 2027" in told.reason
    last = await openai.tuner.availability(datetime(2027, 1, 5, 23, 59, tzinfo=UTC))
    assert last.standing == "closing"
    after = await openai.tuner.availability(datetime(2027, 1, 6, tzinfo=UTC))
    assert (after.standing, after.models) == ("closed", ())
    with clock.frozen(datetime(2027, 1, 6, tzinfo=UTC)), pytest.raises(TargetClosed):
        await openai.tuner.validate(openai.asked())


async def test_openai_without_a_word_is_judged_by_what_was_announced(openai: World) -> None:
    tuner = openai.with_settings(openai_base_url="http://127.0.0.1:9")
    told = await tuner.availability(NOW)
    assert (told.standing, told.checked) == ("closing", False)
    assert {one.ends for one in told.models} == {date(2027, 1, 14)}
    assert (await tuner.availability(datetime(2027, 2, 1, tzinfo=UTC))).standing == "closed"


async def test_base_models_are_those_that_openai_lists_with_the_end_that_it_tells(openai: World) -> None:
    told = await openai.tuner.availability(NOW)
    assert [one.name for one in told.models] == ["gpt-4.1-mini-2025-04-14", "gpt-4o-mini-2024-07-18"]
    openai.provider.shutdown = "2026-12-01"
    told = await openai.tuner.availability(NOW)
    assert {one.ends for one in told.models} == {date(2026, 12, 1)}


async def test_who_never_tuned_at_openai_is_told_so_before(openai: World) -> None:
    assert "never tuned" in (await openai.tuner.availability(NOW)).reason.partition("14 January 2027.")[2]
    await openai.tuner.create(openai.asked())
    assert "never tuned" not in (await openai.tuner.availability(NOW)).reason.partition("14 January 2027.")[2]


async def test_openai_gets_the_settings_by_its_own_names(openai: World) -> None:
    hyper = Hyper(epochs=4, learning_rate=0.5, batch_size=8, seed=11)
    id = await openai.tuner.create(openai.asked(hyper=hyper))
    job = openai.provider.jobs[id]
    settings = {"n_epochs": 4, "batch_size": 8, "learning_rate_multiplier": 0.5}
    assert job["method"] == {"type": "supervised", "supervised": {"hyperparameters": settings}}
    assert (job["seed"], job["suffix"]) == (11, "corner-bakery-writer")
    assert job["metadata"] == {"cofounder_key": KEY, "role": "writer"}
    pairs = openai.asked(method="dpo", key="beef" * 10)
    await openai.tuner.validate(pairs)
    job = openai.provider.jobs[await openai.tuner.create(pairs)]
    assert job["method"]["type"] == "dpo"
    first = lines_of(openai.provider.files[job["training_file"]]["content"])[0]
    assert set(first) == {"input", "preferred_output", "non_preferred_output"}


@pytest.mark.parametrize("method", ["dpo"])
async def test_a_method_that_a_base_model_does_not_learn_is_refused(openai: World, aws: World, method: Method) -> None:
    with pytest.raises(JobSettingInvalid, match="not by dpo"):
        await openai.tuner.validate(openai.asked(method=method, base_model="gpt-4o-mini-2024-07-18"))
    with pytest.raises(JobSettingInvalid, match="not by dpo"):
        await aws.tuner.validate(aws.asked(method=method))


async def test_openais_price_is_tokens_by_epochs_by_the_published_price(openai: World) -> None:
    told = await openai.tuner.estimate(openai.asked(hyper=Hyper(epochs=3)))
    assert told.training_usd == Decimal("5") * 40 * 50 * 3 / 1_000_000
    unknown = await openai.tuner.estimate(openai.asked(base_model="gpt-9"))
    assert unknown.training_usd is None


async def test_a_price_at_together_is_asked_with_a_file_of_plain_words_and_kept(together: World) -> None:
    first = await together.tuner.estimate(together.asked(hyper=Hyper(epochs=2)))
    assert first.training_usd is not None
    assert float(first.training_usd) == pytest.approx(0.48 * 40 * 50 * 2 / 1_000_000)
    await together.tuner.estimate(together.asked())
    assert together.provider.called("POST /v1/files/upload") == 1
    (sent,) = together.provider.files.values()
    said = [one["content"] for line in lines_of(sent["content"]) for one in line["messages"]]
    assert set(" ".join(said).split()) == {"the"}


async def test_together_says_when_it_tells_no_price(together: World) -> None:
    together.provider.priceless = True
    told = await together.tuner.estimate(together.asked())
    assert told.training_usd is None
    assert "no price" in told.note
    for place in ("estimate-price", "hardware"):
        together.provider.bad.append(Bad(400, on=place, message="not for this model"))
    told = await together.tuner.estimate(together.asked())
    assert (told.training_usd, told.serving_usd_month) == (None, None)
    assert told.note.count("not for this model") == 2


async def test_together_gets_adapters_by_default_and_all_weights_when_asked(together: World) -> None:
    job = together.provider.jobs[await together.tuner.create(together.asked())]
    assert (job["training_type"]["type"], job["training_type"]["lora_r"], job["n_epochs"]) == ("Lora", 8, 3)
    assert (job["suffix"], job["training_method"]["method"]) == (KEY, "sft")
    whole = together.asked(key="beef" * 10, hyper=Hyper(lora_rank=0, epochs=1), method="dpo")
    job = together.provider.jobs[await together.tuner.create(whole)]
    assert (job["training_type"], job["training_method"], job["n_epochs"]) == ({"type": "Full"}, {"method": "dpo"}, 1)
    with pytest.raises(JobSettingInvalid, match="1 to 64"):
        await together.tuner.validate(together.asked(hyper=Hyper(lora_rank=128)))


async def test_an_endpoint_that_stopped_is_started_again_and_takes_the_cheapest_free_hardware(together: World) -> None:
    id = await together.tuner.create(together.asked())
    together.provider.succeed(id)
    left = await together.tuner.artifacts(id)
    address = await together.tuner.serve(left, "writer")
    (endpoint,) = together.provider.serving.values()
    assert (endpoint["hardware"], endpoint["inactive_timeout"]) == ("1x_nvidia_h100_80gb_sxm", 60)
    endpoint["state"] = "STOPPED"
    assert await together.tuner.serve(left, "writer") == address
    assert endpoint["state"] == "STARTED"
    cost = (await together.tuner.progress(id)).cost_usd
    assert cost == Decimal("0.00576")


async def test_gemini_gets_its_settings_by_its_own_names(gemini: World) -> None:
    hyper = Hyper(epochs=2, learning_rate=0.5, lora_rank=4)
    job = gemini.provider.jobs[await gemini.tuner.create(gemini.asked(hyper=hyper))]
    spec = job["supervisedTuningSpec"]
    assert spec["hyperParameters"] == {
        "epochCount": 2, "learningRateMultiplier": 0.5, "adapterSize": "ADAPTER_SIZE_FOUR"
    }  # fmt: skip
    assert spec["trainingDatasetUri"] == f"gs://acme-tuning/cofounder/{KEY}/train.jsonl"
    assert job["labels"] == {"cofounder_key": KEY, "role": "writer"}
    with pytest.raises(JobSettingInvalid, match="1, 2, 4, 8, 16, 32"):
        await gemini.tuner.validate(gemini.asked(hyper=Hyper(lora_rank=3)))
    pairs = gemini.asked(key="beef" * 10, method="dpo")
    assert "preferenceOptimizationSpec" in gemini.provider.jobs[await gemini.tuner.create(pairs)]


async def test_a_key_of_a_service_account_that_is_none_is_told_without_showing_it(gemini: World) -> None:
    tuner = gemini.with_settings(vertex_service_account=SecretStr('{"private_key": "hush-hush"}'))
    told = await tuner.availability(NOW)
    assert told.standing == "not_set_up"
    assert "hush" not in told.reason
    without = gemini.with_settings(vertex_bucket=None)
    assert "no vertex_bucket" in (await without.availability(NOW)).reason


async def test_bedrock_tells_the_end_of_a_model_and_that_claude_is_not_there(aws: World) -> None:
    told = await aws.tuner.availability(NOW)
    assert [one.name for one in told.models] == [NOVA, LLAMA]  # what is not known how to write for is left out
    assert "Claude is not among them" in told.reason
    aws.provider.listed = (CLAUDE,)
    aws.provider.lifecycle = {"status": "LEGACY", "endOfLifeTime": "2026-12-10T00:00:00Z"}
    told = await aws.tuner.availability(NOW)
    assert [(one.name, one.ends) for one in told.models] == [(CLAUDE, date(2026, 12, 10))]
    assert "legacy" in told.models[0].note
    assert "Claude is not among them" not in told.reason
    assert (await aws.tuner.availability(datetime(2026, 12, 10, tzinfo=UTC))).standing == "closed"


def _line(questions: int) -> dict[str, Any]:
    turns = [
        {"role": role, "content": f"{role} {number}"} for number in range(questions) for role in ("user", "assistant")
    ]
    return {"messages": [{"role": "system", "content": "Be brief."}, *turns], "metadata": {}}


async def test_each_family_on_bedrock_gets_lines_in_its_own_form(aws: World) -> None:
    sent = {}
    for number, base in enumerate((NOVA, LLAMA, CLAUDE)):
        asked = aws.asked(key=f"{number}" * 40, base_model=base)
        asked.files.train.write_bytes(of_name("bedrock").write(_line(1)))
        await aws.tuner.create(asked)
        sent[base] = lines_of(aws.provider.files[f"cofounder/{asked.key}/train.jsonl"]["content"])[0]
    turns = [{"role": "user", "content": "user 0"}, {"role": "assistant", "content": "assistant 0"}]
    assert sent[CLAUDE] == {"system": "Be brief.", "messages": turns}
    assert sent[LLAMA] == {"prompt": "Be brief.\n\nuser 0", "completion": "assistant 0"}
    assert sent[NOVA] == {
        "schemaVersion": "bedrock-conversation-2024",
        "system": [{"text": "Be brief."}],
        "messages": [{"role": one["role"], "content": [{"text": one["content"]}]} for one in turns],
    }


async def test_a_conversation_does_not_fit_llama_and_its_line_is_named(aws: World) -> None:
    asked = aws.asked(base_model=LLAMA)
    one, two = of_name("bedrock").write(_line(1)), of_name("bedrock").write(_line(2))
    asked.files.train.write_bytes(one + two)
    with pytest.raises(DatasetUnfit, match=r"Line 2 does not fit Llama"):
        await aws.tuner.validate(asked)
    await aws.tuner.validate(replace(asked, base_model=NOVA))


async def test_settings_reach_bedrock_as_texts(aws: World) -> None:
    hyper = Hyper(epochs=3, learning_rate=1e-5)
    job = aws.provider.jobs[await aws.tuner.create(aws.asked(hyper=hyper))]
    assert job["hyperParameters"] == {"epochCount": "3", "learningRate": "1e-05"}
    claude = families.family(CLAUDE)
    assert claude is not None
    told = families.settings(claude, Hyper(learning_rate=0.5, batch_size=8, early_stopping=True))
    assert told["learningRateMultiplier"] == "0.5"
    assert told["earlyStoppingPatience"] == "6"
    with pytest.raises(JobSettingInvalid, match="early_stopping"):
        await aws.tuner.validate(aws.asked(hyper=Hyper(early_stopping=True)))


async def test_a_deployment_that_takes_long_is_waited_for_and_made_once(aws: World) -> None:
    id = await aws.tuner.create(aws.asked())
    aws.provider.succeed(id)
    aws.provider.made_at_once = False
    left = await aws.tuner.artifacts(id)
    with pytest.raises(TunerAway, match="still deploying"):
        await aws.tuner.serve(left, "writer")
    assert len(aws.provider.serving) == 1
    aws.provider.made_at_once = True
    address = await aws.tuner.serve(left, "writer")
    assert [address.name] == list(aws.provider.serving)


async def test_a_deployment_that_fails_is_told(aws: World) -> None:
    id = await aws.tuner.create(aws.asked())
    aws.provider.succeed(id)
    left = await aws.tuner.artifacts(id)
    arn = "arn:aws:bedrock:us-west-2:123456789012:custom-model-deployment/abcdefabcdef"
    aws.provider.serving[arn] = {
        "customModelDeploymentArn": arn, "customModelDeploymentName": "x", "modelArn": left.remote,
        "createdAt": "2026-11-21T10:00:00Z", "status": "Failed", "failureMessage": "No capacity.",
    }  # fmt: skip
    with pytest.raises(TunerRefused, match="No capacity"):
        await aws.tuner.serve(left, "writer")


async def test_what_is_said_of_waiting_is_seconds_or_a_date() -> None:
    wire = Wire("A provider", "http://x", {}, ("hush",))

    def answer(status: int, wait: str | None, body: str = "slow down, hush") -> httpx.Response:
        return httpx.Response(status, headers={"Retry-After": wait} if wait else {}, text=body)

    for given, seconds in (("7", 7), ("0", 1), ("1e9", 3_600), ("Wed, 21 Oct 2015 07:28:00 GMT", 1), ("soon", "none"), (None, "none")):  # fmt: skip
        with pytest.raises(TunerAway) as away:
            wire.check(answer(429, given))
        assert away.value.extra.get("retry_after", "none") == seconds
        assert "slow down, …" in away.value.detail
    with pytest.raises(TunerRefused) as refused:
        wire.check(answer(302, None))
    assert status_of(refused.value) == 302
    wire.check(answer(204, None, ""))


async def test_what_targets_need_is_kept_sealed_and_reaches_them(session: AsyncSession) -> None:
    account = json.dumps({"type": "service_account", "client_email": "a@b.c", "private_key": "hush-key"})
    wanted = connections.ConnectionSettings(
        together_api_key="hush-together",
        vertex_project="acme-42",
        vertex_service_account=account,
        bedrock_region="us-west-2",
        bedrock_access_key_id="AKIA1",
        bedrock_secret_access_key="hush/aws+key",
    )
    told = await connections.change(session, wanted, by="cli:test")
    assert "hush" not in str(told)
    for table in ("settings", "audit_log"):
        assert "hush" not in str((await session.execute(text(f"SELECT * FROM {table}"))).all())
    chosen = await connections.refresh(session)
    assert chosen.together_api_key is not None
    assert chosen.together_api_key.get_secret_value() == "hush-together"
    assert chosen.vertex_service_account is not None
    assert chosen.vertex_service_account.get_secret_value() == account
    assert "no bedrock_bucket" in (await known.tuner("claude", chosen).availability(NOW)).reason


async def test_a_bad_day_where_one_signs_in_is_no_wrong_key(gemini: World) -> None:
    gemini.provider.bad.append(Bad(503, on="/token"))
    with pytest.raises(TunerAway, match="sign"):
        await gemini.tuner.progress("projects/1/locations/us-central1/tuningJobs/1")
    told = await gemini.tuner.availability(NOW)
    assert (told.standing, told.checked) == ("open", False)
    nowhere = json.loads(gemini.provider.service_account()) | {"token_uri": "http://127.0.0.1:9/token"}
    tuner = gemini.with_settings(vertex_service_account=SecretStr(json.dumps(nowhere)))
    with pytest.raises(TunerAway, match="cannot be reached to sign in"):
        await tuner.progress("projects/1/locations/us-central1/tuningJobs/1")

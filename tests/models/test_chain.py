"""The chain of models, and what keeps one from being used."""

from decimal import Decimal

import pytest
from pydantic import SecretStr

from cofounder.models import prices, providers
from cofounder.models.chain import OFFLINE, ModelSettingInvalid, Served, Target, chain
from cofounder.settings import Settings, settings


@pytest.mark.parametrize(
    ("setting", "names"),
    [
        ("offline", ["offline"]),
        ("", ["offline"]),
        ("openai:gpt-5-mini", ["openai:gpt-5-mini", "offline"]),
        (
            " ollama:qwen3:8b , anthropic:claude-haiku-4-5 ",
            ["ollama:qwen3:8b", "anthropic:claude-haiku-4-5", "offline"],
        ),
        ("openai:a,openai:a,offline,openai:b", ["openai:a", "offline"]),
        ("openai-compatible:org/model", ["openai-compatible:org/model", "offline"]),
    ],
)
def test_the_chain_is_read_best_first_and_ends_offline(setting: str, names: list[str]) -> None:
    assert [str(target) for target in chain(setting)] == names
    assert chain(setting)[-1] == OFFLINE


@pytest.mark.parametrize("setting", ["gpt-5", "openai:", "openai: ,offline", "mistral:large"])
def test_a_setting_that_names_no_model_is_refused(setting: str) -> None:
    with pytest.raises(ModelSettingInvalid) as error:
        chain(setting)
    assert error.value.field == "model"


@pytest.mark.parametrize(
    ("target", "word"),
    [
        (Target("openai", "gpt-5-mini"), "OPENAI_API_KEY"),
        (Target("anthropic", "claude-haiku-4-5"), "ANTHROPIC_API_KEY"),
        (Target("google", "gemini-2.5-flash"), "GOOGLE_API_KEY"),
        (Target("openai-compatible", "m"), "COFOUNDER_COMPATIBLE_BASE_URL"),
    ],
)
def test_what_is_missing_is_named(target: Target, word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    assert word in (providers.problem(target, Settings()) or "")


def test_a_key_makes_a_provider_ready_and_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    target = Target("openai", "gpt-5-mini")
    chosen = Settings(openai_api_key=SecretStr("sk-x"))
    assert providers.problem(target, chosen) is None
    monkeypatch.setattr(providers, "find_spec", lambda name: None)
    assert "cofounder[openai]" in (providers.problem(target, chosen) or "")


async def test_no_other_servers_key_is_sent_to_a_compatible_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    model = providers.build(Target("openai-compatible", "m"), Settings(compatible_base_url="http://127.0.0.1:9/v1"))
    assert model.provider is not None
    assert model.provider.client.api_key != "sk-secret"


def test_prices_are_per_token_free_at_home_and_unknown_where_unknown() -> None:
    known = prices.cost(Target("openai", "gpt-4.1-mini"), 1_000_000, 0)
    assert known == Decimal("0.4")
    assert prices.cost(Target("ollama", "qwen3"), 1_000_000, 1_000_000) == 0
    assert prices.cost(Target("openai-compatible", "gpt-4.1-mini"), 1_000, 1_000) is None
    assert prices.cost(Target("openai", "no-such-model-at-all"), 1_000, 1_000) is None


@pytest.mark.parametrize(
    ("served", "usd", "words"),
    [
        (
            Served("openai", "ft:gpt-4.1-mini-2025-04-14:acme::abc"),
            "4.00",
            "the list of 2025 for models tuned from",
        ),
        (Served("openai", "ft:gpt-4o-mini-2024-07-18:acme::abc", base="gpt-4o-mini-2024-07-18"), "1.50", "published"),
        (
            Served("google", "projects/p/locations/l/endpoints/1", base="gemini-2.5-flash"),
            "2.80",
            "assumed to be that of gemini-2.5-flash, which it was tuned from",
        ),
        (
            Served(
                "bedrock",
                "arn:aws:bedrock:us-east-1:123456789012:custom-model-deployment/abcdefghijkl",
                base="arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0:300k",
            ),
            "0.30",
            "assumed",
        ),
        (Served("together", "acme/small", base="meta-llama/Meta-Llama-3.1-8B-Instruct-Reference"), "0.36", "assumed"),
        (Served("openai-compatible", "small", "http://127.0.0.1:9/v1"), "0", "one's own"),
        (Served("openai-compatible", "small", "http://gpu.example/v1"), None, "not known"),
        (Served("together", "acme/small", base="no-such-base"), None, "not known"),
    ],
)
def test_a_tuned_model_costs_what_its_base_says_and_the_assumption_is_told(
    served: Served, usd: str | None, words: str
) -> None:
    target = Target("tuned", "small@1", served)
    found = prices.cost(target, 1_000_000, 1_000_000)
    assert found == (None if usd is None else pytest.approx(Decimal(usd)))
    assert words in prices.told(target)
    assert (prices.unpriced(target) is None) == (usd is not None)


def test_a_price_of_ones_own_counts_for_every_version_and_for_all_of_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COFOUNDER_MODEL_PRICES", "tuned:small=1/2,openai-compatible:*=3/4,openai-compatible:own=0/0")
    settings.cache_clear()
    tuned = Target("tuned", "small@7", Served("openai-compatible", "small", "http://gpu.example/v1"))
    assert prices.cost(tuned, 1_000_000, 1_000_000) == 3
    assert prices.cost(Target("openai-compatible", "any"), 1_000_000, 1_000_000) == 7
    assert prices.cost(Target("openai-compatible", "own"), 1_000_000, 1_000_000) == 0
    monkeypatch.undo()
    settings.cache_clear()


def test_a_call_is_expected_to_cost_what_the_first_model_costs() -> None:
    assert prices.expected("offline").cost_usd == 0
    paid = prices.expected("openai:gpt-4.1-mini,offline")
    assert paid.cost_usd == prices.cost(Target("openai", "gpt-4.1-mini"), 3_000, 700)
    assert paid.cost_usd > 0
    assert paid.seconds > prices.expected("offline").seconds


@pytest.mark.parametrize(
    ("target", "system", "address"),
    [
        (Target("openai", "gpt-5-mini"), "openai", "api.openai.com"),
        (Target("anthropic", "claude-haiku-4-5"), "anthropic", "api.anthropic.com"),
        (Target("google", "gemini-2.5-flash"), "google", "generativelanguage.googleapis.com"),
        (Target("ollama", "qwen3:8b"), "ollama", "127.0.0.1:11434"),
        (OFFLINE, "cofounder", ""),
    ],
)
async def test_every_provider_builds_its_model(target: Target, system: str, address: str) -> None:
    chosen = Settings(
        openai_api_key=SecretStr("sk-x"), anthropic_api_key=SecretStr("sk-y"), google_api_key=SecretStr("AIza-z")
    )
    model = providers.build(target, chosen)
    assert (model.model_name, model.system.split("-")[0]) == (target.name, system)
    assert address in (model.base_url or "")
    assert providers.build(target, chosen) is model
    changed = chosen.model_copy(update={"openai_api_key": SecretStr("sk-new")})
    assert providers.build(target, changed) is not model


def test_no_provider_is_imported_before_it_is_used() -> None:
    import subprocess
    import sys

    words = "import sys, cofounder.models.service, cofounder.agents; print([m for m in ('pydantic_ai', 'openai', 'anthropic', 'google.genai', 'genai_prices') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

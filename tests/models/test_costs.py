"""What a call costs is never told as less than it may be: an answer is asked for once, and lost or uncounted it counts."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import SecretStr

from cofounder.kit import db
from cofounder.kit.ids import new_id
from cofounder.kit.testing import Database
from cofounder.models import calls, failing, jobs, prices, remote, service, talking, trying
from cofounder.models.brief import Brief, ChannelForm
from cofounder.models.chain import Target
from cofounder.models.trained import Plain
from cofounder.ops import connections
from cofounder.settings import Settings, settings

from .wire import HANGS_UP, Wire, answer, bodied, refusal, wired

TODAY = date(2026, 11, 21)
REQUEST = "Create a LinkedIn post about our Q4 growth metrics"
PAID = Target("openai", "gpt-4.1-mini")
TALK = talking.Talk("Rules.", "How are we doing?")
SAID = "Rather well, thank you: revenue grew by a fifth."


@pytest.fixture
def asked_at(monkeypatch: pytest.MonkeyPatch, database: Database) -> Iterator[Callable[..., Settings]]:
    def configure(wire: Wire, **more: str) -> Settings:
        given = {"MODEL": str(PAID), "MODEL_TIMEOUT_SECONDS": "5", **{name.upper(): it for name, it in more.items()}}
        for name, value in given.items():
            monkeypatch.setenv(f"COFOUNDER_{name}", value)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test-9f8e7d6c5b4a39281706")
        monkeypatch.setenv("OPENAI_BASE_URL", wire.url)
        settings.cache_clear()
        return settings()

    yield configure
    monkeypatch.undo()
    settings.cache_clear()


async def understood() -> dict[str, Any]:
    """The row of the model that was asked first."""
    task = new_id()
    await service.understand(REQUEST, today=TODAY, task_id=task)
    async with db.reading() as session:
        return (await service.task_calls(session, task))[0]


def most() -> Decimal:
    job = jobs.Understanding(REQUEST, TODAY, {}, {})
    found = remote.at_most(PAID, remote.Request(job.instructions(), job.prompt(), job.output, job.most))
    assert found
    return found


@pytest.mark.parametrize("broken", [HANGS_UP, b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{", refusal(502)])
async def test_an_answer_that_is_lost_is_not_asked_for_again_and_counts_as_the_most_it_may_have_cost(
    asked_at: Callable[..., Settings], broken: bytes
) -> None:
    async with wired(broken, broken, broken) as wire:
        asked_at(wire)
        row = await understood()
    assert len(wire.requests) == 1
    assert (row["state"], row["cost_is"]) == ("failed", "most")
    assert row["cost_usd"] == most().quantize(row["cost_usd"])


async def test_what_was_refused_before_anything_was_done_is_asked_once_more_and_costs_nothing(
    asked_at: Callable[..., Settings],
) -> None:
    async with wired(refusal(503), refusal(429)) as wire:
        asked_at(wire)
        row = await understood()
    assert len(wire.requests) == 2
    assert (row["state"], row["cost_usd"], row["cost_is"]) == ("failed", 0, "counted")
    async with wired(refusal(429, **{"retry-after": "60"})) as wire:
        asked_at(wire)
        assert (await understood())["cost_usd"] == 0
    assert len(wire.requests) == 1


async def test_a_server_that_is_not_there_costs_nothing(asked_at: Callable[..., Settings]) -> None:
    asked_at(Wire("http://127.0.0.1:9/v1"))
    row = await understood()
    assert (row["state"], row["cost_usd"]) == ("failed", 0)


@pytest.mark.parametrize("broken", [HANGS_UP, b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\ndata:"])
async def test_a_talk_that_is_lost_is_not_sent_again_either(asked_at: Callable[..., Settings], broken: bytes) -> None:
    async with wired(broken, broken) as wire:
        chosen = asked_at(wire)
        with pytest.raises(remote.NoUsableAnswer) as raised:
            await talking.talk(PAID, chosen, TALK, _nobody, talking.Heard())
    spent = raised.value.spent
    assert len(wire.requests) == 1
    assert (spent.cost_usd, spent.cost_is) == (prices.cost(PAID, TALK.tokens(), TALK.most), "most")


async def _nobody(words: str) -> None:
    pass


async def test_an_answer_without_a_count_of_tokens_costs_what_its_texts_are_estimated_at(
    asked_at: Callable[..., Settings],
) -> None:
    request = remote.Request("Rules.", "How are we doing?", Plain)
    async with wired(answer(SAID, usage=False), answer(SAID)) as wire:
        chosen = asked_at(wire)
        bare, counted = [(await remote.ask(PAID, chosen, request)).spent for _ in range(2)]
    assert (bare.tokens_in, bare.tokens_out) == (request.tokens, prices.tokens_in(SAID))
    assert (bare.cost_usd, bare.cost_is) == (prices.cost(PAID, bare.tokens_in, bare.tokens_out), "estimated")
    assert bare.cost_usd > 0
    assert (counted.tokens_in, counted.tokens_out, counted.cost_is) == (1200, 300, "counted")


async def test_an_uncounted_answer_is_told_as_estimated_in_the_rows(asked_at: Callable[..., Settings]) -> None:
    async with wired(answer('{"body": 7}', usage=False, tool=True)) as wire:
        asked_at(wire)
        row = await understood()
    assert (row["state"], row["cost_is"]) == ("failed", "estimated")
    assert row["tokens_out"] > 0
    assert row["cost_usd"] > 0


def test_an_error_of_ones_own_side_is_not_billed() -> None:
    class NoCredentialsError(Exception): ...

    error = RuntimeError("no answer")
    error.__cause__ = NoCredentialsError()
    assert not failing.may_be_billed(error)
    assert failing.may_be_billed(TimeoutError())
    assert failing.may_be_billed(ConnectionResetError())


async def test_what_no_provider_counted_is_told_apart_by_scope_and_number(asked_at: Callable[..., Settings]) -> None:
    bare = answer('{"body": 7}', usage=False, tool=True)
    async with wired(answer('{"body": 7}', tool=True), bare, HANGS_UP) as wire:
        asked_at(wire)
        for number in (1, 2, 3):
            await service.understand(REQUEST, today=TODAY, task_id=None, scope="a", number=number)
    async with db.reading() as session:
        found = await service.uncounted(session, "a")
    assert found.keys() == {2, 3}
    assert 0 < found[2] < found[3] == most().quantize(found[3])


def counting(prompt: Any, completion: Any, words: str = SAID, **more: Any) -> bytes:
    """An answer whose server counts its tokens like this."""
    body = json.loads(answer(words).partition(b"\r\n\r\n")[2])
    body |= {"usage": {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": 3}, **more}
    return bodied(body)


@pytest.mark.parametrize("count", [10**12, 2**31, 10**400])
async def test_a_count_that_cannot_be_is_estimated_and_the_answer_used(
    asked_at: Callable[..., Settings], count: int
) -> None:
    request = remote.Request("Rules.", "How are we doing?", Plain)
    async with wired(counting(count, count)) as wire:
        found = await remote.ask(PAID, asked_at(wire), request)
    assert found.output.text == SAID
    spent = found.spent
    assert (spent.tokens_in, spent.tokens_out, spent.cost_is) == (request.tokens, request.most, "estimated")
    assert spent.cost_usd == remote.at_most(PAID, request)


async def test_a_negative_count_is_none(asked_at: Callable[..., Settings]) -> None:
    request = remote.Request("Rules.", "How are we doing?", Plain)
    async with wired(counting(-(10**12), -5)) as wire:
        spent = (await remote.ask(PAID, asked_at(wire), request)).spent
    assert (spent.tokens_in, spent.tokens_out) == (request.tokens, prices.tokens_in(SAID))


@pytest.mark.parametrize("count", [float("nan"), float("inf"), "many", 1.5, [1]])
async def test_a_count_that_is_no_number_leads_to_the_next_model(
    asked_at: Callable[..., Settings], count: object
) -> None:
    async with wired(counting(count, count)) as wire:
        asked_at(wire)
        row = await understood()
    assert (row["state"], row["cost_is"]) == ("failed", "most")


async def test_what_was_counted_a_little_higher_than_ours_is_believed(asked_at: Callable[..., Settings]) -> None:
    request = remote.Request("Rules.", "How are we doing?", Plain)
    async with wired(counting(5_000, 9_000)) as wire:
        spent = (await remote.ask(PAID, asked_at(wire), request)).spent
    assert (spent.tokens_in, spent.tokens_out, spent.cost_is) == (5_000, 9_000, "counted")


async def test_a_task_goes_on_whatever_its_model_counts_and_calls_itself(asked_at: Callable[..., Settings]) -> None:
    """An answer without use, counted in billions, named with what no column holds: on record, and the next is asked."""
    async with wired(counting(10**12, 10**12, model="gpt\x00\ud800"), HANGS_UP) as wire:
        asked_at(wire)
        row = await understood()
        (tried, _) = await trying.trial(await connections.latest())
    assert (row["state"], row["cost_is"], row["answered_by"]) == ("failed", "estimated", "gpt?")
    assert not tried.works


async def test_trying_a_model_that_counts_what_cannot_be_works(asked_at: Callable[..., Settings]) -> None:
    async with wired(counting(10**12, 10**12, "Re\x00ady.\ud800")) as wire:
        asked_at(wire)
        (tried, _) = await trying.trial(await connections.latest())
    assert (tried.works, tried.detail) == (True, "It answered: Ready.?")
    assert tried.cost_usd is not None
    assert 0 < tried.cost_usd < 0.01


async def test_an_answer_with_what_no_column_holds_is_mended(asked_at: Callable[..., Settings]) -> None:
    task = new_id()
    brief = Brief(request="Post", topic="the spring range", form=ChannelForm(channel="linkedin", words=(3, 80)))
    body = json.dumps({"body": "We open on \x00Monday at nine."})
    async with wired(answer(body, tool=True)) as wire:
        asked_at(wire)
        draft = await service.write(brief, task_id=task, scope="step:one")
    async with db.reading() as session:
        row = (await service.task_calls(session, task))[0]
    assert (row["state"], row["error"]) == ("answered", None)
    assert draft.body == "We open on Monday at nine."


async def test_a_talk_whose_tokens_cannot_be_counts_as_the_most(asked_at: Callable[..., Settings]) -> None:
    heard = talking.Heard()
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    said = {**chunk, "choices": [{"index": 0, "delta": {"role": "assistant", "content": "We\x00ll."}}]}
    end = {**chunk, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    usage = {"prompt_tokens": 10**12, "completion_tokens": 10**12, "total_tokens": 10**12}
    stream = [said, end, {**chunk, "choices": [], "usage": usage}]
    body = "".join(f"data: {json.dumps(one)}\n\n" for one in stream) + "data: [DONE]\n\n"
    head = "HTTP/1.1 200 X\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
    async with wired((head + body).encode()) as wire:
        spent = await talking.talk(PAID, asked_at(wire), TALK, _nobody, heard)
    assert heard.text == ["Well."]
    assert (spent.tokens_in, spent.tokens_out, spent.cost_is) == (TALK.tokens(), TALK.most, "estimated")


def test_the_longest_secret_is_taken_out_first() -> None:
    chosen = Settings.model_construct(
        openai_api_key=SecretStr("abcdef"),
        anthropic_api_key=None,
        google_api_key=SecretStr("abcdefghijkl"),
        compatible_api_key=None,
        together_api_key=SecretStr("tgp_v1_zzz"),
    )
    assert calls.without_keys("abcdefghijkl, abcdef and tgp_v1_zzz\x00", chosen) == "[key], [key] and [key]"

"""How a message becomes an answer: its mode, then a task, a model's words with tools, or our own from the same tools."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from cofounder.flow.request.chat import (
    about_posts,
    agents,
    choosing,
    deciding,
    following,
    looking_back,
    modes,
    plainly,
    queries,
    service,
    speaking,
    unread,
    work,
)
from cofounder.flow.request.chat import tools as toolbox
from cofounder.flow.request.chat.modes import Chosen
from cofounder.flow.request.chat.reading import read
from cofounder.flow.request.chat.recording import Ended, Recorder
from cofounder.flow.request.chat.subject import Subject
from cofounder.kit import db
from cofounder.kit.clock import today
from cofounder.kit.errors import CofounderError
from cofounder.models.intent import Intent
from cofounder.ops import runtime
from cofounder.people.roles import Caller

NO_CAUSE = "Why it is so, no row tells: the figures show what changed and when, not the cause."
ONLY_TALK = (
    "In the mode conversation no work begins, and the built-in model does not write by itself. Choose the mode "
    "orchestration, or leave it open, and it becomes a task that you can follow."
)
ONLY_ENGLISH = (
    "The built-in model reads and writes English only, and no task was started: say it in English, or connect a "
    "language model under Settings and ask that one."
)
LEARNING = ("memory.", "business.best_posts", "business.baseline")


@dataclass
class Turn:
    """One question with what is known before it is answered."""

    answer: service.MessageRow
    question: str
    before: list[service.MessageRow]
    caller: Caller
    agent: agents.Agent
    subject: Subject
    chosen: Chosen
    tools: toolbox.Tools
    found: dict[str, Any] = field(default_factory=dict)  # what the message's row gets at the end

    @property
    def wish(self) -> dict[str, Any]:
        return dict(self.answer.asked or {})


async def answer(recorder: Recorder, row: service.MessageRow, caller: Caller) -> None:
    """Write the answer. Raises Ended, and whatever keeps it from being written."""
    began = time.monotonic()
    turn = await _turn(row, caller)
    await _note(recorder, turn, mode=turn.chosen.mode, mode_reason=turn.chosen.reason)
    if turn.chosen.mode == "orchestration":
        await _work(recorder, turn)
    elif turn.chosen.refused is not None and not turn.chosen.only_talk:
        await _say(recorder, turn, _refused(turn.chosen.refused), [])
    elif turn.subject.kind == "decision":
        await _decide(recorder, turn)
    else:
        await _words(recorder, turn)
    await recorder.flush()
    turn.found["seconds"] = time.monotonic() - began
    async with db.transaction() as session:
        held = await queries.held(session, row.id, recorder.holder)
        if held is None:
            raise Ended()
        await service.end(session, held, "done", **turn.found)


async def _turn(row: service.MessageRow, caller: Caller) -> Turn:
    async with db.reading() as session:
        asked = await service.question_of(session, row)
        before = await service.earlier(session, row)
        company = await runtime.value(session, "company")
    said = [Subject.model_validate(one.subject) for one in before if one.role == "assistant" and one.subject]
    last = said[-1] if said else None
    who = agents.agent(row.agent)
    wished = (row.asked or {}).get("mode")
    subject = await asyncio.to_thread(read, asked.text, today(), following.thread(said), company or "")
    intent = await _intent(asked.text, wished)
    chosen = modes.choose(wished, asked.text, subject, intent, may_work=caller.may("operator"))
    tools = await toolbox.of(who, caller.role)
    if chosen.mode == "learning":
        tools = _learning(tools, await toolbox.of(agents.agent(None), caller.role))
        subject = looking_back.asked(asked.text, subject)
    if chosen.mode == "orchestration":
        before_it = last if following.goes_on(asked.text.lower(), subject) else None
        subject = work.pursued(subject, intent, before_it)
    return Turn(row, asked.text, before, caller, who, subject, chosen, tools)


async def _intent(words: str, wished: str | None) -> Intent | None:
    if wished not in (None, "automatic", "conversation") or not modes.asks_for_work(words):
        return None
    try:
        return await asyncio.to_thread(modes.read_on, today(), words)
    except CofounderError:
        return None


def _learning(own: toolbox.Tools, every: toolbox.Tools) -> toolbox.Tools:
    """What learning mode asks, whoever one talks to; the caller's role has narrowed it already."""
    offered = {name: tool for name, tool in every.offered.items() if name.startswith(LEARNING)}
    return toolbox.Tools(offered, own.at)


async def _note(recorder: Recorder, turn: Turn, **values: Any) -> None:
    """Say at once how the message was taken and who writes, which stays should the answer be stopped."""
    async with db.transaction(durable=False) as session:
        held = await queries.held(session, turn.answer.id, recorder.holder)
        if held is None:
            raise Ended()
        await queries.change_message(session, turn.answer.id, **values)


async def _work(recorder: Recorder, turn: Turn) -> None:
    """Begin the task and say so."""
    last = next((one for one in reversed(turn.before) if one.role == "assistant" and one.text), None)
    words = work.request(turn.question, turn.subject, last.text if last else "")
    await recorder.look()
    async with db.transaction() as session:
        task_id = await work.start(session, turn.answer, turn.caller, words)
        await queries.change_message(session, turn.answer.id, task_id=task_id)
    await recorder.task(task_id)
    told = work.STARTED
    if words.startswith(f"{turn.question}\n\n"):
        told += "\n\nMy answer above goes with it, as the text to work on."
    elif words != turn.question:
        told += f"\n\nAsked as: {words}"
    await _say(recorder, turn, told, [])
    turn.found |= {"task_id": task_id, "subject": turn.subject.model_dump(mode="json")}


async def _decide(recorder: Recorder, turn: Turn) -> None:
    """Name what is open and show it; nothing is decided by words."""
    async with db.transaction() as session:
        found = await deciding.find(session, turn.before, turn.caller)
        if found.task_id is not None:
            await queries.change_message(session, turn.answer.id, task_id=found.task_id)
    if found.task_id is not None:
        await recorder.task(found.task_id)
    await _say(recorder, turn, found.text, [])
    turn.found |= {"task_id": found.task_id, "subject": turn.subject.model_dump(mode="json")}


def _refused(work_asked: str) -> str:
    return (
        f"You asked for {work_asked}. Starting work needs the role operator; with yours I can answer questions about "
        "the company's figures, posts and earlier work."
    )


async def _words(recorder: Recorder, turn: Turn) -> None:
    """Let the models that were chosen answer, best first; our own ends the chain."""
    answered_before = [one.model for one in turn.before if one.role == "assistant" and one.model]
    plan = await choosing.choose(turn.wish.get("model"), turn.subject, turn.question, answered_before)
    passed: list[tuple[str, str]] = []  # a model that could not answer, and why
    answered = "offline"
    for target in plan.targets:
        await _note(recorder, turn, **_writer(str(target), plan, passed))
        fallen = passed[-1][0] if passed else None
        failed = await speaking.speak(recorder, turn, target, fallback_from=fallen, routed=plan.routed)
        if failed is None:
            answered = str(target)
            break
        passed.append((str(target), failed))
    else:
        await _note(recorder, turn, **_writer(answered, plan, passed))
        text, sources = await _plainly(turn)
        await _say(recorder, turn, text, sources)
    turn.found |= {**_writer(answered, plan, passed), "subject": turn.subject.model_dump(mode="json")}


def _writer(model: str, plan: choosing.Plan, passed: list[tuple[str, str]]) -> dict[str, Any]:
    """Which model writes, why, and which should have. `passed`: those that could not, each with its reason."""
    failures = [f"{name} could not answer: {why}." for name, why in passed]
    return {
        "model": model,
        "model_reason": " ".join([plan.reason, *failures]),
        "fallback_from": plan.unreachable or (passed[0][0] if passed else None),
    }


async def _plainly(turn: Turn) -> about_posts.Told:
    if turn.chosen.refused is not None:
        return f"You asked for {turn.chosen.refused}. {ONLY_TALK}", []
    tongue = unread.foreign(turn.question) if turn.subject.kind == "unknown" or turn.subject.apart else None
    if tongue is not None:
        return f"This looks {tongue}. {ONLY_ENGLISH}", []
    try:
        if turn.chosen.mode == "learning":
            text, sources = await looking_back.tell(turn.subject, turn.tools, plainly.tell)
        else:
            text, sources = await plainly.tell(turn.subject, turn.tools)
        return (f"{text}\n\n{NO_CAUSE}" if turn.subject.asks_why else text), sources
    except CofounderError as error:
        if error.status >= 500 and error.status != 502:
            raise
        return f"That could not be answered: {error.detail}", []


async def _say(recorder: Recorder, turn: Turn, text: str, sources: list[Any]) -> None:
    for source in sources:
        await recorder.source(source)
    for part in text.split("\n\n"):
        await recorder.text(part if not recorder.came else f"\n\n{part}")
    turn.found.setdefault("model", "offline")
    turn.found.setdefault("model_reason", "Nothing had to be put into words.")

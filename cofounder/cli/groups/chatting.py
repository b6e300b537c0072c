"""chat: ask questions and give work in a conversation; list, export and delete conversations."""

import asyncio
import signal
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from cofounder.cli import home, out
from cofounder.cli.options import Json, Yes
from cofounder.kit.errors import InputInvalid
from cofounder.kit.forms import complaint

if TYPE_CHECKING:
    from cofounder.flow.request.chat.schemas import ChatIn, Exchange, Message
    from cofounder.people import Caller

_STATES = {"stopped": "Stopped.", "cut_off": "Cut off.", "failed": "Failed."}


class QuestionMissing(InputInvalid):
    """Say what you want to know."""

    hint = 'For example: cofounder chat "What was our best month?"'


class OneWishAtATime(InputInvalid):
    """Give a question or one of --list, --export and --delete."""

    hint = "See: cofounder chat --help"


def register(app: typer.Typer) -> None:
    app.command()(chat)


def chat(
    question: Annotated[
        str | None, typer.Argument(help="What you want to know or have done; without it a conversation opens.")
    ] = None,
    agent: Annotated[
        str | None,
        typer.Option(help="Who answers: co-founder, content, financial, market_insight or compliance."),
    ] = None,
    mode: Annotated[
        str | None, typer.Option(help="conversation, orchestration, learning; else chosen by the question.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="A model's id, auto, or offline; else the first configured.")
    ] = None,
    conversation: Annotated[
        str | None, typer.Option("--conversation", help="Go on with this one: its id, or a name of your own.")
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="List your conversations, the last used first.")] = False,
    search: Annotated[str | None, typer.Option(help="With --list: only those with these words.")] = None,
    export: Annotated[
        str | None, typer.Option(metavar="ID", help="Print a conversation as Markdown; --json: as data.")
    ] = None,
    delete: Annotated[str | None, typer.Option(metavar="ID", help="Delete a conversation; asks first.")] = None,
    yes: Yes = False,
    json: Json = False,
) -> int:
    """Ask about the company, or give work, in a conversation. Ctrl-C stops an answer and keeps what came of it.

    Example: cofounder chat "What was our best month?"
    """
    if sum((question is not None, listed, export is not None, delete is not None)) > 1:
        raise OneWishAtATime(field="options")
    if listed:
        return home.run(_list(search, json))
    if export is not None:
        return home.run(_export(export, json))
    if delete is not None:
        return home.run(_delete(delete, yes, json))
    if question is None and not out.at_terminal():
        raise QuestionMissing(field="question")
    return home.run(_talk(question, agent, mode, model, conversation, json))


async def _talk(
    question: str | None, agent: str | None, mode: str | None, model: str | None, conversation: str | None, json: bool
) -> int:
    from cofounder.flow.request.chat import running
    from cofounder.kit import live

    async with home.opened(tools=True), live.listening(), running.open_desk():
        if question is not None:
            return await _once(_body(question, agent, mode, model, conversation), json=json)
        out.screen().print("Ask about the company, or say what should be made. An empty line ends it.", style="quiet")
        code = 0
        while words := out.prompt("You", default=""):
            given = _body(words, agent, mode, model, conversation)
            exchange = await _exchange(given, show=not json)
            conversation = str(exchange.conversation_id)
            code = _told(exchange.answer, json=json, exchange=exchange)
        return 0 if code == out.INTERRUPTED else code


def _body(message: str, agent: str | None, mode: str | None, model: str | None, conversation: str | None) -> "ChatIn":
    """The question as the API would take it, checked by the same schema. Raises InputInvalid with the field."""
    from pydantic import ValidationError

    from cofounder.flow.request.chat.schemas import ChatIn

    given = {"message": message, "agent": agent, "mode": mode, "model": model, "conversation_id": conversation}
    try:
        return ChatIn.model_validate(given)
    except ValidationError as error:
        fault = error.errors()[0]
        field = str(fault["loc"][0]) if fault["loc"] else "message"
        raise InputInvalid(complaint(fault), field=field) from error


async def _once(body: "ChatIn", *, json: bool) -> int:
    exchange = await _exchange(body, show=not json)
    return _told(exchange.answer, json=json, exchange=exchange)


async def _exchange(body: "ChatIn", *, show: bool) -> "Exchange":
    """Ask, print the answer as it comes, and give both messages; Ctrl-C stops it."""
    from cofounder.flow.request.chat import asking, events, running, service
    from cofounder.kit import db

    async with db.transaction() as session:
        caller = await service.local_caller(session)
    asking.check(body, caller)
    holder = await running.holder()
    async with db.transaction() as session:
        asked = await asking.ask(session, caller, body, holder=holder)
    await asking.carry_out(caller, asked, holder)
    async with _stopping(caller, asked.answer_id):
        async for event in events.follow(caller, asked.answer_id):
            if event is not None and show:
                _show(event[1], event[2])
    return await asking.exchange(caller, asked)


@asynccontextmanager
async def _stopping(caller: "Caller", answer_id: UUID) -> AsyncIterator[None]:
    """Inside the block Ctrl-C and SIGTERM stop the answer, which then ends with what came."""
    from cofounder.flow.request.chat import running, service
    from cofounder.kit import db

    async def stop() -> None:
        async with db.transaction() as session:
            await service.stop(session, caller, answer_id)
        running.hush(answer_id)

    if threading.current_thread() is not threading.main_thread():  # only there signals can be heard
        yield
        return
    jobs: list[asyncio.Task[None]] = []
    loop = asyncio.get_running_loop()
    before = [signal.getsignal(sign) for sign in (signal.SIGINT, signal.SIGTERM)]
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, lambda: jobs.append(loop.create_task(stop())))
    try:
        yield
        await asyncio.gather(*jobs)
    finally:
        for sign, handler in zip((signal.SIGINT, signal.SIGTERM), before, strict=True):
            loop.remove_signal_handler(sign)
            signal.signal(sign, handler)


def _show(name: str, content: str) -> None:
    """A piece of the answer, without control characters that a terminal would obey."""
    import json as codec
    import sys

    if name == "text":
        words = codec.loads(content)["text"]
        sys.stdout.write("".join(one for one in words if one in "\n\t" or one.isprintable()))
        sys.stdout.flush()


def _told(answer: "Message", *, json: bool, exchange: "Exchange") -> int:
    """Say what the answer rests on; gives the exit code."""
    if json:
        out.emit(exchange)
    else:
        screen = out.screen()
        screen.print()
        if answer.task_id is not None:
            screen.print(f"\nTask {answer.task_id}. Watch it with: cofounder task {answer.task_id}")
        parts = [f"{one.tool} ({len(one.rows)} {'row' if len(one.rows) == 1 else 'rows'})" for one in answer.sources]
        about = {"estimated": "about ", "most": "up to "}.get(answer.cost_is, "")
        cost = f"{about}${answer.cost_usd:.4f}" if answer.cost_usd else "free"
        said = [answer.model or "", cost, f"{answer.seconds:.1f} s", *parts, f"conversation {answer.conversation_id}"]
        screen.print(" · ".join(filter(None, said)), style="quiet", soft_wrap=True)
        if answer.fallback_from:
            screen.print(answer.model_reason or "", style="quiet", soft_wrap=True)
    if answer.state in _STATES:
        out.complain(" ".join(filter(None, [_STATES[answer.state], answer.error])))
        return out.INTERRUPTED if answer.state == "stopped" else out.ENDED_BADLY
    return 0


async def _list(search: str | None, json: bool) -> int:
    from cofounder.flow.request.chat import service
    from cofounder.kit import db

    async with home.opened(), db.transaction() as session:
        caller = await service.local_caller(session)
        items, _, total = await service.conversations(session, caller, search=search, after=None, limit=200)
    if json:
        out.emit({"items": items, "next_cursor": None, "total": total})
        return 0
    screen = out.screen()
    for one in items:
        screen.print(f"{one.id}  {one.updated_at:%Y-%m-%d %H:%M}  {one.messages:>3}  {one.title}", soft_wrap=True)
    if not items:
        screen.print('No conversation yet. Begin one with: cofounder chat "What was our best month?"')
    return 0


async def _export(id: str, json: bool) -> int:
    import sys

    from cofounder.flow.request.chat import export, service
    from cofounder.kit import db

    async with home.opened(), db.transaction() as session:
        whole = await service.whole(session, await service.local_caller(session), id)
    if json:
        out.emit(whole)
    else:
        sys.stdout.write(export.markdown(whole))
    return 0


async def _delete(id: str, yes: bool, json: bool) -> int:
    from cofounder.flow.request.chat import service
    from cofounder.kit import db

    async with home.opened():
        async with db.transaction() as session:
            caller = await service.local_caller(session)
            talk = await service.find(session, caller, id)
        if not yes and (not out.at_terminal() or not out.confirm(f"Delete the conversation {talk.title!r}?")):
            out.complain("Nothing was deleted. To delete without being asked: --yes")
            return out.USAGE
        async with db.transaction() as session:
            found, count = await service.delete(session, caller, id)
    if json:
        out.emit({"conversation_id": found, "messages": count})
    else:
        out.screen().print(f"Deleted, with {count} messages.")
    return 0

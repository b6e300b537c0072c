"""ask: give work."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cofounder.cli import home, out
from cofounder.cli.options import Json
from cofounder.kit.errors import InputInvalid

if TYPE_CHECKING:
    from cofounder.flow.request.schemas import ProcessIn


class RequestMissing(InputInvalid):
    """Say what you want."""

    hint = 'For example: cofounder ask "Create a LinkedIn post about our Q4 growth metrics"'


class ToneUnknown(InputInvalid):
    """There is no such tone."""


class MetricUnclear(InputInvalid):
    """A metric is given as name=value."""

    hint = "For example: --metric revenue_monthly=150000 --metric conversion_rate=4.5%"


def register(app: typer.Typer) -> None:
    app.command()(ask)


def ask(
    request: Annotated[str, typer.Argument(help="What you want, in plain English.")],
    metric: Annotated[
        list[str] | None, typer.Option("--metric", "-m", metavar="NAME=VALUE", help="A figure to use; repeat for more.")
    ] = None,
    tone: Annotated[str | None, typer.Option(help="How it should sound, such as professional.")] = None,
    channel: Annotated[
        list[str] | None, typer.Option("--channel", "-c", help="Where it goes; repeat for more.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="The language to write in.")] = None,
    persona: Annotated[str | None, typer.Option(help="The voice to write in; else one is drawn.")] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            help="A text that the request is about. '-' reads standard input.", dir_okay=False, allow_dash=True
        ),
    ] = None,
    plan: Annotated[
        Path | None, typer.Option(help="A plan (JSON) to run instead of a new one.", dir_okay=False, exists=True)
    ] = None,
    review_plan: Annotated[
        bool, typer.Option("--review-plan", help="Stop before the plan runs, so that you can look at it.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Ask nobody: what comes out goes to the outbox. Recorded as automatic.")
    ] = False,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Stay until it is done or waits for you.")] = True,
    json: Json = False,
) -> int:
    """Ask for something and see it done.

    Example: cofounder ask "Create a LinkedIn post about our Q4 growth metrics" --metric revenue_monthly=150000 --metric previous_month_revenue=125000
    """
    if not request.strip():
        raise RequestMissing(field="request")
    _known_tone(tone)
    if channel:
        _tell_thread(channel)
    body = _body(request, metric, tone, channel, language, persona, file, plan, review_plan)
    return home.run(_ask(body, yes=yes, wait=wait, json=json))


def _known_tone(tone: str | None) -> None:
    """Refuse a tone that no text could be judged by. Raises ToneUnknown."""
    from cofounder.models.offline.parsing import tone as tones

    if tone is not None and not tones.is_known(tone):
        raise ToneUnknown(f"{tone!r} is none.", field="tone", hint=f"Tones: {', '.join(tones.NAMES)}.")


def _tell_thread(wished: list[str]) -> None:
    from cofounder.channels import canonical
    from cofounder.models.offline.parsing.channels import is_thread

    if any(map(is_thread, wished)) and any(canonical(one) == "x" for one in wished):
        out.complain("X gets the thread, and no single post beside it.")


async def _ask(body: "ProcessIn", *, yes: bool, wait: bool, json: bool) -> int:
    from cofounder.cli.groups.tasks import conclude
    from cofounder.flow.request import service as requests
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    async with home.opened(tools=body.plan is not None), home.worked(needed=wait) as ours:
        async with db.transaction() as session:
            stored = await requests.submit(session, body, by=LOCAL_OWNER.who, automatic=yes)
        if wait:
            return await conclude(stored.id, json=json, ours=ours)
        if json:
            out.emit({"task_id": stored.id, "status": stored.status})
        else:
            out.screen().print(
                f"Task {stored.id} is stored. A worker carries it out: cofounder up, or cofounder worker"
            )
    return 0


def _body(
    request: str,
    metric: list[str] | None,
    tone: str | None,
    channel: list[str] | None,
    language: str | None,
    persona: str | None,
    file: Path | None,
    plan: Path | None,
    review_plan: bool,
) -> "ProcessIn":
    """The request as the API would take it, checked by the same schema."""
    import json as codec

    from cofounder.flow.request.schemas import ProcessIn

    if file is not None:
        request = f"{request}\n\n{read(file)}"
    supplied = None
    if plan is not None:
        try:
            supplied = codec.loads(plan.read_text(encoding="utf-8"))
        except ValueError as error:
            raise InputInvalid(f"{plan} is not JSON: {error}", field="plan") from error
    preferences = {"tone": tone, "channels": channel or [], "language": language, "persona": persona}
    return ProcessIn.model_validate(
        {
            "request": request,
            "business_metrics": metrics(metric) if metric else None,
            "preferences": preferences,
            "plan": supplied,
            "review_plan": review_plan,
        }
    )


def read(file: Path) -> str:
    """A file's text, or standard input for `-`."""
    import sys

    if str(file) == "-":
        return sys.stdin.read()
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputInvalid(f"{file} is not UTF-8 text.", field="file") from error


def metrics(given: list[str]) -> dict[str, Any]:
    """`name=value` pairs as figures: "4.5%" is 0.045, "$150,000" is 150000; "period=quarter" says what they cover.

    Raises MetricUnclear, MetricInvalid.
    """
    from cofounder.business import typed

    pairs = []
    for one in given:
        name, equals, value = one.partition("=")
        if not equals or not name.strip():
            raise MetricUnclear(f"{one!r} has no name or no value.", field="metric")
        pairs.append((name.strip(), value.strip()))
    return typed.read(pairs, field="metric")

"""The options by which commands choose training examples: one for each field of the filter."""

import functools
import inspect
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, TypeVar

import typer

from cofounder.cli.times import when
from cofounder.kit.errors import InputInvalid

C = TypeVar("C", bound=Callable[..., Any])


class SavedFilterUnknown(InputInvalid):
    """There is no saved filter with this name."""

    hint = "cofounder training filters lists them."


# name -> (type, option): in the order in which the help shows them
OPTIONS: dict[str, tuple[Any, Any]] = {
    "quality_min": (float | None, typer.Option("--min-quality", min=0, max=1, help="At least this score.")),
    "quality_max": (float | None, typer.Option("--max-quality", min=0, max=1, help="At most this score.")),
    "intent_filter": (list[str] | None, typer.Option("--intent", help="Any of these; repeat for more.")),
    "success_only": (bool, typer.Option("--success-only", help="Only runs that succeeded.")),
    "failed_only": (bool, typer.Option("--failed-only", help="Only runs that failed.")),
    "include_tags": (
        list[str] | None,
        typer.Option("--tagged", help="All of these tags; repeat for more. Also lets test, development or exclude in."),
    ),
    "exclude_tags": (list[str] | None, typer.Option("--not-tagged", help="None of these tags; repeat for more.")),
    "date_after": (str | None, typer.Option("--since", metavar="TIME", help="Requests from then on (ISO 8601).")),
    "date_before": (str | None, typer.Option("--until", metavar="TIME", help="Requests up to then (ISO 8601).")),
    "platform": (str | None, typer.Option("--platform", help="Work for this channel.")),
    "persona": (str | None, typer.Option("--persona", help="Written in this voice.")),
    "model": (str | None, typer.Option("--model", help="This language model took part.")),
    "agent": (str | None, typer.Option("--agent", help="This agent took part.")),
    "decision": (
        str | None,
        typer.Option("--decision", help="approved, rejected, changes, automatic or none."),
    ),
    "cost_min": (float | None, typer.Option("--min-cost", min=0, help="Cost at least so many US dollars.")),
    "cost_max": (float | None, typer.Option("--max-cost", min=0, help="Cost at most so many US dollars.")),
    "has_outcome": (bool | None, typer.Option("--measured/--not-measured", help="Whether it was measured.")),
    "is_legacy": (bool | None, typer.Option("--imported/--own", help="Whether it was done before the product.")),
    "text": (str | None, typer.Option("--text", help="Whole words of the request, or parts of an address.")),
    "archived": (bool, typer.Option("--archived", help="Only what is archived.")),
    "with_archived": (bool, typer.Option("--with-archived", help="What is archived too.")),
    "include_hidden": (bool, typer.Option("--include-hidden", help="What is tagged development, test or exclude too.")),
    "include_sample": (bool, typer.Option("--include-sample", help="The sample company's too.")),
    "everything": (bool, typer.Option("--everything", help="All of these three too: nothing is left out unasked.")),
    "newest": (int | None, typer.Option("--newest", min=1, help="Of what the rest lets through the newest so many.")),
    "saved": (str | None, typer.Option("--saved", metavar="NAME", help="Start from this saved filter.")),
}


def by_filter(command: C) -> C:
    """Give a command the options of the filter; it gets them as one dictionary, `chosen`, without what nobody said."""

    @functools.wraps(command)
    def with_options(**given: Any) -> Any:
        said = {name: given.pop(name) for name in OPTIONS}
        return command(**given, chosen=_read(said))

    own = [one for name, one in inspect.signature(command).parameters.items() if name != "chosen"]
    extra = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=False if kind is bool else None,
            annotation=Annotated[kind, option],
        )
        for name, (kind, option) in OPTIONS.items()
    ]
    plain = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in own]
    with_options.__signature__ = inspect.Signature([*plain, *extra])  # type: ignore[attr-defined]
    with_options.__annotations__ = {one.name: one.annotation for one in [*plain, *extra]}
    return with_options  # type: ignore[return-value]


def _read(said: dict[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in said.items() if value not in (None, False, [])}
    for name in ("has_outcome", "is_legacy"):  # False is an answer there
        if said[name] is not None:
            found[name] = said[name]
    if found.pop("everything", False):
        found |= {"with_archived": True, "include_hidden": True, "include_sample": True}
    if found.pop("with_archived", False):
        if said["archived"]:
            raise InputInvalid("It asks for the others too; choose one of the two.", field="archived")
        found["archived"] = None
    if "newest" in found:
        found["limit"] = found.pop("newest")
    for name, option in (("date_after", "since"), ("date_before", "until")):
        if found.get(name):
            found[name] = day_or_time(found[name], field=option)
    return found


def day_or_time(given: str | None, *, field: str) -> Any:
    """A bound as typed: a day alone stays one, which the filter reads as the whole day (UTC). Raises TimeUnclear."""
    try:
        return None if given is None else date.fromisoformat(given).isoformat()
    except ValueError:
        return when(given, field=field)

"""Every error that the code of a route can raise is written down at the route, found by reading the code itself.

The reader follows calls by name through functions of ours. It does not see what is called through a variable (a tool,
a sender, a plan's check); what the tests meet there is compared with the documents by `conftest.problem`.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from functools import cache
from types import FunctionType, MethodType
from typing import Any

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from cofounder.app import create_app
from cofounder.kit.errors import CofounderError

# What the reader finds and a caller can never meet, with why. Everything else must be documented.
EVERYWHERE = {
    "unknown_workflow": "a task and a publication have their workflow from birth, by the same transaction",
    "unknown_channel": "a channel that is stored was known when it came",
}
_FOUR = "the body takes only the four roles"
_STAYS = "who signed in is there: people are shut out, never deleted"
AT = {
    "add_person": {"role_unknown": _FOUR, "password_weak": "no password comes with it"},
    "change_person": {"role_unknown": _FOUR},
    "make_key": {"role_unknown": _FOUR},
    "me": {"person_missing": _STAYS},
    "preview_export": {"nothing_to_export": "it is told as the reason"},
    "get_model": {"benchmark_missing": "a benchmark that decided is not deleted"},
    "change_persona": dict.fromkeys(("channel_not_counted", "topic_unknown"), "its list is narrowed to nothing"),
    "set_password": {"person_missing": _STAYS},
    "sign_in_by_link": {"person_missing": _STAYS},
    "edit_draft": {"old_round": "no round is named, so none is old"},
    "attach_images": {"old_round": "no round is named, so none is old"},
    "business_state": {"metric_invalid": "no figures are given with it"},
    "request_context": {"metric_invalid": "no figures are given with it", "time_zone_unknown": "it asks in UTC"},
    "publish_text": dict.fromkeys(
        (
            "edit_misplaced",
            "feedback_missing",
            "no_channel_chosen",
            "nothing_to_approve",
            "plan_misplaced",
            "publication_missing",
            "task_missing",
            "verdict_unfit",
        ),
        "the decision on a given text is made here, and fits it",
    ),
    **{
        key: {"task_missing": "a publication's task cannot be deleted"}
        for key in (
            "show_publication",
            "cancel_publication",
            "settle_publication",
            "type_reading",
            "take_reading_away",
            "retry_publication",
            "mark_posted",
            "unmark_posted",
        )
    },
}


@cache
def tree(function: Callable[..., Any]) -> ast.AST | None:
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return None


def named(node: ast.expr, names: dict[str, Any]) -> Any:
    """What `service.get` or `TaskMissing` is where it stands; None for what only a run can tell."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute):
        owner = named(node.value, names)
        return getattr(owner, node.attr, None) if inspect.ismodule(owner) or inspect.isclass(owner) else None
    return None


def ours(found: Any) -> bool:
    return isinstance(found, FunctionType | MethodType) and str(found.__module__).startswith("cofounder.")


_found: dict[Any, set[type[CofounderError]]] = {}


def reached(function: Callable[..., Any]) -> set[type[CofounderError]]:
    """Every error of ours that comes out of this function: what it and those that it calls raise and nobody catches."""
    function = inspect.unwrap(function)
    if function not in _found:
        _found[function] = set()  # a function that calls itself adds nothing by it
        code = tree(function)
        _found[function] = within(code, getattr(function, "__globals__", {})) if code is not None else set()
    return _found[function]


def within(node: ast.AST, names: dict[str, Any]) -> set[type[CofounderError]]:
    if isinstance(node, ast.Try):
        tried = set().union(*(within(one, names) for one in node.body))
        kept = {error for error in tried if not any(catches(handler, error, names) for handler in node.handlers)}
        return kept.union(*(within(one, names) for one in [*node.handlers, *node.orelse, *node.finalbody]))
    found = set().union(*(within(one, names) for one in ast.iter_child_nodes(node)))
    if isinstance(node, ast.Raise) and node.exc is not None:
        raised = named(node.exc.func if isinstance(node.exc, ast.Call) else node.exc, names)
        if inspect.isclass(raised) and issubclass(raised, CofounderError):
            found.add(raised)
    elif isinstance(node, ast.Call) and ours(called := named(node.func, names)):
        found |= reached(called)
    return found


def catches(handler: ast.ExceptHandler, error: type[CofounderError], names: dict[str, Any]) -> bool:
    """Whether the handler takes this error and does not raise it again."""
    again = any(isinstance(node, ast.Raise) and node.exc is None for node in ast.walk(handler))
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    taken = [named(kind, names) for kind in kinds if kind is not None]
    return not again and any(inspect.isclass(kind) and issubclass(error, kind) for kind in taken)


def routes() -> Iterator[tuple[str, Any, set[str]]]:
    app = create_app()
    document = app.openapi()
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, APIRoute) and route.original_route.include_in_schema:
            for method in route.methods or ():
                operation = document["paths"][route.path][method.lower()]
                contents = [
                    content for one in operation["responses"].values() for content in one.get("content", {}).values()
                ]
                codes = {code for content in contents for code in content.get("examples", {})}
                yield operation["operationId"], route.endpoint, codes


@pytest.mark.parametrize(("operation", "endpoint", "codes"), [pytest.param(*one, id=one[0]) for one in routes()])
def test_every_error_in_the_call_tree_of_a_route_is_documented(operation: str, endpoint: Any, codes: set[str]) -> None:
    found = {error.code() for error in reached(endpoint)}
    excused = {*EVERYWHERE, *AT.get(operation, {})}
    assert found - codes - excused == set()


def test_nothing_is_excused_that_does_not_arise() -> None:
    found = {
        operation: {error.code() for error in reached(endpoint)} - codes for operation, endpoint, codes in routes()
    }
    assert {code for codes in found.values() for code in codes} >= set(EVERYWHERE)
    for operation, codes in AT.items():
        assert set(codes) <= found[operation], operation


def test_the_reader_finds_what_is_raised_far_below() -> None:
    from cofounder.flow.approve import routes as approve
    from cofounder.flow.request import routes as request

    decide = {error.code() for error in reached(approve.decide)}
    assert {"already_decided", "old_round", "draft_changed", "schedule_in_past", "task_missing"} <= decide
    assert "metric_invalid" in {error.code() for error in reached(request.process_request)}

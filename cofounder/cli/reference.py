"""Writes docs/reference from what the program itself says: settings, commands, errors, routes.

python -m cofounder.cli.reference          # write
python -m cofounder.cli.reference --check  # exit 1 when a page is not current
"""

import importlib
import json
import pkgutil
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import typer

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "reference"
CONTRACT = "../../web/openapi.json"
NOTE = "<!-- Written by `make docs` from the program itself. Change it there. -->\n"
_EVERYWHERE = (
    "not_signed_in",
    "not_allowed",
    "request_invalid",
    "body_unreadable",
    "body_too_large",
    "address_too_long",
    "headers_too_large",
    "not_json",
    "database_out_of_reach",
)
_LEFT_OUT = ("cofounder.kit.testing", "cofounder.__main__", "cofounder.cli.__main__", "cofounder.migrations")


def pages() -> dict[str, str]:
    """File name -> the page as it should be."""
    makers: dict[str, Callable[[], str]] = {
        "settings.md": settings_page,
        "commands.md": commands_page,
        "errors.md": errors_page,
        "api.md": api_page,
    }
    written = {name: f"{NOTE}\n{make().strip()}\n" for name, make in makers.items()}
    return {**written, CONTRACT: contract()}


def contract() -> str:
    """The OpenAPI document, from which the page takes its types."""
    from cofounder.app import create_app

    return json.dumps(create_app().openapi(), indent=1, ensure_ascii=False) + "\n"


def stale() -> list[str]:
    """The pages whose file is not what the program says."""
    return [name for name, page in pages().items() if _read(FOLDER / name) != page]


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def variables() -> dict[str, Any]:
    """Environment variable -> its field, in the order of settings.py."""
    from pydantic import AliasChoices

    from cofounder.settings import Settings

    found = {}
    for name, field in Settings.model_fields.items():
        alias = field.validation_alias
        first = str(alias.choices[0]) if isinstance(alias, AliasChoices) else f"COFOUNDER_{name.upper()}"
        found[first] = field
    return found


def settings_page() -> str:
    lines = [
        "# Settings",
        "",
        "Environment variables, read once when a process starts. A setting that may also change while the product runs",
        "(`PUT /api/orchestrator/settings`, `PUT /api/connections`, `cofounder settings set`) is overruled by its environment",
        "variable; the answer says which one counts.",
        "",
        "| variable | default | meaning |",
        "|---|---|---|",
    ]
    for name, field in variables().items():
        lines.append(f"| `{name}` | {_default(field)} | {_cell(field.description or '')}{_limits(field)} |")
    return "\n".join(lines)


def _default(field: Any) -> str:
    value = field.default
    return "–" if value is None or value == "" else f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _limits(field: Any) -> str:
    words = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
    said = [f"{words[name]} {getattr(one, name)}" for one in field.metadata for name in words if hasattr(one, name)]
    return f" ({', '.join(said)})" if said else ""


def commands() -> Iterator[tuple[str, Any]]:
    """Every command by its full name, groups left out."""
    from cofounder.cli.program import app

    yield from _below("cofounder", typer.main.get_command(app))


def _below(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    inside = getattr(command, "commands", None)
    if inside is None:
        yield name, command
        return
    for key, one in inside.items():
        yield from _below(f"{name} {key}", one)


def commands_page() -> str:
    from cofounder.cli.out import EXIT_CODES

    lines = [
        "# Commands",
        "",
        "`--home FOLDER` before a command, or `COFOUNDER_HOME`, says where everything lives.",
        "",
    ]
    for name, command in commands():
        lines += [f"## {name}", "", *_help(command), ""]
    lines += ["## Exit codes", "", "| code | meaning |", "|---|---|"]
    lines += [f"| {code} | {meaning} |" for code, meaning in EXIT_CODES.items()]
    return "\n".join(lines)


def _help(command: Any) -> list[str]:
    text, _, example = (command.help or "").partition("Example:")
    lines = [" ".join(text.split()), ""]
    if example:
        lines += ["```", example.strip(), "```", ""]
    shown = [
        parameter
        for parameter in command.params
        if not getattr(parameter, "hidden", False) and parameter.name != "help"
    ]
    if shown:
        lines += ["| option | meaning |", "|---|---|"]
        lines += [f"| {_option(one)} | {_cell(getattr(one, 'help', None) or '')} |" for one in shown]
    return lines


def _option(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"`{parameter.make_metavar_label() if hasattr(parameter, 'make_metavar_label') else parameter.name.upper()}`"
    names = [*parameter.opts, *parameter.secondary_opts]
    return ", ".join(f"`{name}`" for name in names)


def error_classes() -> list[Any]:
    """The errors of ours that a person may meet, one a code, by code."""
    found = {one.code(): one for one in every_error()}
    return [found[code] for code in sorted(found)]


def every_error() -> list[Any]:
    """Every class of them, also where two share a code."""
    from cofounder.kit.errors import CofounderError

    import_all()
    return sorted(set(_subclasses(CofounderError)), key=lambda one: (one.code(), one.__module__))


def _subclasses(base: Any) -> Iterable[Any]:
    for one in base.__subclasses__():
        if one.__module__.startswith("cofounder.") and not one.__module__.startswith(_LEFT_OUT):
            yield one  # an error that a test declares is none of ours
        yield from _subclasses(one)


def import_all() -> None:
    """Import every module of ours, so that every error class is known."""
    import cofounder

    for module in pkgutil.walk_packages(cofounder.__path__, "cofounder."):
        if not module.name.startswith(_LEFT_OUT):
            importlib.import_module(module.name)


def errors_page() -> str:
    from cofounder.cli.out import exit_code

    lines = [
        "# Errors",
        "",
        "Over HTTP every error is `application/problem+json`: `{type, title, status, detail, code, hint, errors}`, where",
        "`errors` names the fields at fault. On the command line it is one line on standard error, with an exit code.",
        "Whatever is refused has changed nothing. The last column is what an answer's `hint` says where it knows no better.",
        "",
        "| code | HTTP | exit | meaning | what to do |",
        "|---|---|---|---|---|",
    ]
    for one in error_classes():
        lines.append(f"| `{one.code()}` | {one.status} | {exit_code(one)} | {_cell(one.title())} | {_cell(one.hint)} |")
    return "\n".join(lines)


def api_page() -> str:
    from cofounder import contract
    from cofounder.app import create_app

    document = create_app().openapi()
    lines = [
        "# API",
        "",
        "The whole contract, with every field and an example of each body, is served at `/api/openapi.json`. Make a key",
        "with `cofounder keys create NAME --role ROLE`.",
        "",
        contract.ABOUT.strip(),
        "",
        "Any route may refuse with " + ", ".join(f"`{code}`" for code in _EVERYWHERE) + ".",
        "",
    ]
    roles = _roles()
    heading = ""
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items():
            tag = operation["tags"][0]
            if tag != heading:
                heading = tag
                lines += ["", f"## {tag.capitalize()}", "", contract.TAGS.get(tag, ""), ""]
                lines += ["| route | role | what it does | may refuse with |", "|---|---|---|---|"]
            what = (operation.get("description") or operation.get("summary") or "").strip().split("\n\n")[0]
            role = roles.get((verb.upper(), path), "–")
            lines.append(f"| `{verb.upper()} {path}` | {role} | {_cell(what)} | {_refusals(operation)} |")
    return "\n".join(lines)


def _roles() -> dict[tuple[str, str], str]:
    """(method, path) -> the least role that may call it."""
    from fastapi.routing import APIRoute, iter_route_contexts

    from cofounder.app import create_app
    from cofounder.people import declared_role

    found: dict[tuple[str, str], str] = {}
    for route in iter_route_contexts(create_app().routes):
        if isinstance(route.original_route, APIRoute):
            for method in route.methods or []:
                found[(method, str(route.path))] = declared_role(route) or "–"
    return found


def _refusals(operation: dict[str, Any]) -> str:
    codes = []
    for status, answer in sorted(operation.get("responses", {}).items()):
        if status[0] in "45":
            for content in answer.get("content", {}).values():
                codes += [code for code in content.get("examples", {}) if code not in _EVERYWHERE]
    return ", ".join(f"`{code}`" for code in dict.fromkeys(codes)) or "–"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|") or "–"


def main() -> int:
    """Write the pages, or with --check only compare."""
    if "--check" in sys.argv[1:]:
        old = stale()
        if old:
            sys.stderr.write(f"Not current in docs/reference: {', '.join(old)}. Run: make docs\n")
            return 1
        sys.stdout.write("The reference pages are current.\n")
        return 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, page in pages().items():
        (FOLDER / name).write_text(page, encoding="utf-8")
        sys.stdout.write(f"{(FOLDER / name).resolve().relative_to(FOLDER.parents[1])}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

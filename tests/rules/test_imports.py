"""The vital rules of the tree that import-linter cannot say: read from the source itself."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "cofounder"
HEAVY = (
    "scipy",
    "statsmodels",
    "sklearn",
    "pydantic_ai",
    "openai",
    "anthropic",
    "google.genai",
    "numpy",
    "pandas",
    "polars",
    "openpyxl",
    "matplotlib",
    "torch",
)
# Words of SQL: whoever imports one of them writes statements.
STATEMENTS = {"select", "insert", "update", "delete", "text", "func", "exists", "union", "union_all", "literal_column"}
# Where statements are at home besides queries.py: the kit's own machinery, migrations, and the columns of tables.
SQL_AT_HOME = ("queries.py", "tables.py", "columns.py", "preferences.py")


@cache
def modules() -> tuple[tuple[str, Path, ast.Module], ...]:
    """Every module of ours: dotted name, file, syntax tree."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        dotted = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        found.append((dotted, path, ast.parse(path.read_text(encoding="utf-8"))))
    return tuple(found)


def imports(tree: ast.Module) -> Iterator[tuple[str, list[str], ast.stmt]]:
    """(module, names, statement) of every absolute import, inside functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, [], node
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, [alias.name for alias in node.names], node


def test_nobody_but_its_own_slice_imports_a_slices_tables() -> None:
    wrong = []
    for dotted, path, tree in modules():
        if path.name == "testing.py" or dotted.startswith("cofounder.migrations"):
            continue
        slice_ = dotted if path.name == "__init__.py" else dotted.rpartition(".")[0]
        for module, names, _ in imports(tree):
            target = module if module.endswith(".tables") else f"{module}.tables" if "tables" in names else None
            # kit.tables has no words of the product: effects and leases, which ops may look at.
            if target is None or not target.startswith("cofounder.") or target == "cofounder.kit.tables":
                continue
            if target.rpartition(".")[0] != slice_:
                wrong.append(f"{dotted} imports {target}")
    assert not wrong


def test_routes_ask_services_and_never_the_database() -> None:
    wrong = []
    for dotted, path, tree in modules():
        if not path.name.endswith("routes.py"):
            continue
        for module, names, _ in imports(tree):
            if module.endswith((".queries", ".tables")) or {"queries", "tables"} & set(names):
                wrong.append(f"{dotted} imports {module} {names}")
            if module.split(".")[0] == "sqlalchemy" and set(names) & STATEMENTS:
                wrong.append(f"{dotted} writes SQL")
    assert not wrong


def test_sql_is_written_in_queries_only() -> None:
    wrong = []
    for dotted, path, tree in modules():
        if path.name in SQL_AT_HOME or dotted.startswith(("cofounder.kit", "cofounder.migrations")):
            continue
        for module, names, _ in imports(tree):
            if module.split(".")[0] == "sqlalchemy" and set(names) & STATEMENTS:
                wrong.append(f"{dotted}: {sorted(set(names) & STATEMENTS)}")
    assert not wrong


def test_only_the_kit_commits() -> None:
    wrong = []
    for dotted, _, tree in modules():
        if dotted.startswith(("cofounder.kit", "cofounder.migrations")):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in ("commit", "rollback"):
                wrong.append(f"{dotted}:{node.lineno}")
    assert not wrong


def test_the_clock_is_asked_in_one_place() -> None:
    wrong = []
    for dotted, _, tree in modules():
        if dotted == "cofounder.kit.clock":
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in ("now", "utcnow", "today"):
                owner = node.value
                if isinstance(owner, ast.Name) and owner.id in ("datetime", "date"):
                    wrong.append(f"{dotted}:{node.lineno}")
    assert not wrong


def test_heavy_libraries_are_imported_inside_functions() -> None:
    """Providers, the offline model's adapter and the policies of voices are such functions' business: nobody imports
    them at the top either, which the start of both processes shows below.
    """
    late = (
        "cofounder.models.providers.",
        "cofounder.models.offline.model",
        "cofounder.models.remote",
        "cofounder.personas.policies.",
        "cofounder.personas.arena",
    )
    wrong = []
    for dotted, _, tree in modules():
        if dotted.startswith(late):
            continue
        for statement in tree.body:
            if isinstance(statement, ast.Import | ast.ImportFrom):
                names = (
                    [statement.module or ""]
                    if isinstance(statement, ast.ImportFrom)
                    else [one.name for one in statement.names]
                )
                wrong += [f"{dotted} imports {name}" for name in names if name.startswith(HEAVY)]
    assert not wrong


@pytest.mark.parametrize("what", ["server", "worker"])
def test_heavy_libraries_are_not_loaded_at_start(what: str) -> None:
    start = {
        "server": "from cofounder import app; app.create_app(); app.wire()",
        "worker": "from cofounder import app, journey; app.wire()",
    }[what]
    # what only an answer, a migration, a signature or a sealed secret needs
    idle = (*HEAVY, "fastmcp", "mcp", "alembic", "cryptography", "jwt")
    assert not _loaded(f"import cofounder.cli.processes\n{start}", idle)


def test_a_worker_lists_the_agents_tools_without_a_client() -> None:
    start = (
        "import asyncio; from cofounder import app, journey; app.wire(); from cofounder.flow.plan.tools import registry\n"
        "assert asyncio.run(registry.discover())"
    )
    assert not _loaded(start, (*HEAVY, "fastmcp.client", "key_value", "beartype", "jwt"))


@pytest.mark.parametrize("word", ["serve", "worker"])
def test_what_runs_for_days_holds_no_other_command(word: str) -> None:
    start = f"import sys; sys.argv = ['cofounder', {word!r}]; import cofounder.cli.program"
    others = tuple(f"cofounder.cli.groups.{path.stem}" for path in (PACKAGE / "cli" / "groups").glob("*.py"))
    assert _loaded(start, others) == ["cofounder.cli.groups.running"]


def _loaded(start: str, names: tuple[str, ...]) -> list[str]:
    """Those of the modules that a process holds after its start."""
    code = f"{start}\nimport json, sys; print(json.dumps([name for name in {names!r} if name in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found: list[str] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def test_every_package_says_what_comes_in_what_goes_out_and_what_it_never_does() -> None:
    bare = [str(path.relative_to(ROOT)) for path in PACKAGE.rglob("__init__.py") if not _says(path)]
    assert not bare


def _says(path: Path) -> bool:
    return bool((ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").strip())


def test_no_module_has_a_name_that_says_nothing() -> None:
    empty = {"utils", "util", "helpers", "helper", "manager", "common", "base_service", "misc"}
    assert not [path for path in PACKAGE.rglob("*.py") if path.stem in empty]


def test_files_are_mostly_short() -> None:
    """Ten in a hundred may be longer than 300 lines, none longer than 600; a migration is as long as its schema."""
    lengths = {dotted: len(path.read_text(encoding="utf-8").splitlines()) for dotted, path, _ in modules()}
    long = {dotted: lines for dotted, lines in lengths.items() if lines > 300 and ".versions." not in dotted}
    assert len(long) <= len(lengths) / 10, long
    assert not {dotted: lines for dotted, lines in long.items() if lines > 600}

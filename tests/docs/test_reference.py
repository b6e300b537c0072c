"""What the program can do is written down, and what is written down is so."""

import re
import shlex
from pathlib import Path

import pytest
import typer

from cofounder.cli import reference

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
BY_HAND = [page for page in PAGES if page.parent.name != "reference"]


@pytest.mark.parametrize("name", list(reference.pages()))
def test_a_generated_page_is_what_the_program_says(name: str) -> None:
    assert (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8") == reference.pages()[name], "Run: make docs"


def test_every_setting_is_documented_with_what_it_means() -> None:
    page = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    for name, field in reference.variables().items():
        assert field.description, f"{name} has no description"
        assert f"| `{name}` |" in page


def test_every_command_is_documented() -> None:
    page = (ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
    for name, _ in reference.commands():
        assert f"\n## {name}\n" in page


def test_every_error_is_documented_under_a_code_of_its_own() -> None:
    page = (ROOT / "docs" / "reference" / "errors.md").read_text(encoding="utf-8")
    by_code: dict[str, set[tuple[int, str]]] = {}
    for error in reference.every_error():
        assert f"| `{error.code()}` |" in page
        assert error.__doc__, f"{error.__name__} has no docstring"
        assert error.title().endswith((".", "?")), f"{error.__name__}: its title is no sentence"
        by_code.setdefault(error.code(), set()).add((error.status, error.title()))
    two = {code: said for code, said in by_code.items() if len(said) > 1}
    assert not two, "one code, two meanings"


def test_every_route_is_documented() -> None:
    from cofounder.app import create_app

    page = (ROOT / "docs" / "reference" / "api.md").read_text(encoding="utf-8")
    for path, verbs in create_app().openapi()["paths"].items():
        for verb in verbs:
            assert f"| `{verb.upper()} {path}` |" in page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if not target.startswith(("http://", "https://")):
            assert (page.parent / target).exists(), target


def _written_commands() -> list[tuple[str, str]]:
    found = []
    for page in BY_HAND:
        text = page.read_text(encoding="utf-8")
        lines = [
            line
            for block in re.findall(r"```\n(.*?)```", text, re.S)
            for line in block.replace("\\\n", " ").splitlines()
        ]
        lines += re.findall(r"`(cofounder [^`]+)`", text)
        found += [(page.name, line.split(" #")[0].strip()) for line in lines if line.strip().startswith("cofounder ")]
    return found


@pytest.mark.parametrize(("page", "line"), _written_commands())
def test_every_command_in_the_texts_exists_with_its_options(page: str, line: str) -> None:
    command = typer.main.get_command(__import__("cofounder.cli.program", fromlist=["app"]).app)
    words = shlex.split(line)[1:]
    inside = command
    while words and hasattr(inside, "commands"):
        assert words[0] in inside.commands, line
        inside = inside.commands[words.pop(0)]
    known = {option for parameter in inside.params for option in [*parameter.opts, *parameter.secondary_opts]} | {
        "--help"
    }
    for word in words:
        if word == "--":
            break
        if word.startswith("-"):
            assert word.split("=")[0] in known, f"{line}: {word}"


def test_every_setting_named_in_the_texts_exists() -> None:
    for_tests = {"COFOUNDER_TEST_DATABASE_URL", "COFOUNDER_TEST_POSTGRES_BIN"}
    known = set(reference.variables()) | for_tests
    for page in BY_HAND:
        for name in re.findall(r"\bCOFOUNDER_[A-Z_]+\b", page.read_text(encoding="utf-8")):
            assert name in known, f"{page.name}: {name}"


def test_the_readme_names_the_test_command_and_the_makefile_has_it() -> None:
    assert "make test" in (ROOT / "README.md").read_text(encoding="utf-8")
    made = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in ("setup", "demo", "run", "test", "check", "bench", "lock"):
        assert re.search(rf"^{target}:", made, re.M)


def test_a_setting_that_is_read_is_declared() -> None:
    """No module asks the environment for a name of ours behind the settings' back."""
    for_tests = {"COFOUNDER_TEST_DATABASE_URL", "COFOUNDER_TEST_POSTGRES_BIN"}
    known = set(reference.variables()) | for_tests
    for path in (ROOT / "cofounder").rglob("*.py"):
        for name in re.findall(r"[\"'](COFOUNDER_[A-Z_]+)[\"']", path.read_text(encoding="utf-8")):
            assert name in known | {"COFOUNDER_DATABASE_URL"}, f"{path.name}: {name}"

"""The lock, the wheel and the files that travel with them."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PEERS = (ROOT / "bench" / "requirements.lock").read_text(encoding="utf-8")  # what is measured beside us, and no more
TRAINER = (ROOT / "requirements-trainer.lock").read_text(encoding="utf-8")  # of a Python of its own, with torch
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def _name(text: str) -> str:
    return re.sub(r"[-_.]+", "-", text).lower()


def locked() -> dict[str, list[str]]:
    """Name -> versions; some differ by platform or Python."""
    found: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", LOCK + PEERS + TRAINER, re.M):
        found.setdefault(_name(name), []).append(version)
    return found


def wanted() -> list[str]:
    extras = PROJECT["optional-dependencies"]
    return [*PROJECT["dependencies"], *(one for extra in extras.values() for one in extra)]


@pytest.mark.parametrize("line", wanted())
def test_the_lock_holds_what_the_project_asks_for(line: str) -> None:
    asked = Requirement(line)
    versions = locked().get(_name(asked.name))
    assert versions, f"{asked.name} is not locked. Run: make lock"
    assert any(asked.specifier.contains(version, prereleases=True) for version in versions), f"{line}: {versions}"


def test_every_locked_package_has_hashes() -> None:
    for block in re.split(r"\n(?=[A-Za-z0-9])", "\n".join(text.strip() for text in (LOCK, PEERS, TRAINER))):
        assert "--hash=sha256:" in block, block.splitlines()[0]


def test_setup_installs_nothing_that_is_only_measured_beside() -> None:
    ours, peers = ({_name(name) for name in re.findall(r"^([A-Za-z0-9._-]+)", text, re.M)} for text in (LOCK, PEERS))
    assert "langgraph" in peers
    assert not ours & peers


def test_setup_installs_nothing_that_only_tuning_on_this_machine_needs() -> None:
    ours, tuning = ({_name(name) for name in re.findall(r"^([A-Za-z0-9._-]+)", text, re.M)} for text in (LOCK, TRAINER))
    assert {"torch", "trl", "peft"} <= tuning
    assert not ours & {"torch", "trl", "peft", "transformers", "datasets"}


def test_nothing_that_travels_names_a_host_of_packages_or_a_place_on_this_machine() -> None:
    for name in (
        "requirements.lock",
        "bench/requirements.lock",
        "requirements-trainer.lock",
        "pyproject.toml",
        "Makefile",
        ".ci/run",
        ".ci/venv",
        ".ci/lock",
        ".ci/trainer",
    ):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text, name
        assert not re.search(r"(?<![\w.])/(home|root|work|opt|Users)/", text), name


def test_ci_does_what_a_person_does() -> None:
    text = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for command in ("make setup", "make check", "make test"):
        assert command in text
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_every_dependency_says_what_it_is_for() -> None:
    page = (ROOT / "docs" / "why" / "dependencies.md").read_text(encoding="utf-8").lower()
    for line in PROJECT["dependencies"]:
        name = Requirement(line).name
        assert re.search(rf"\b{re.escape(name)}\b", page), name

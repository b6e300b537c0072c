"""Servers that others publish, installed once a run from their registries; None where that cannot be done."""

import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

EVERYTHING = "@modelcontextprotocol/server-everything"
TIME = "mcp-server-time"
SECONDS = 120


@cache
def _place() -> Path:
    return Path(tempfile.mkdtemp(prefix="cofounder-servers-"))


@cache
def everything() -> tuple[Path | None, str]:
    """(the program of the reference server, why it is not there)."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return None, "there is no Node.js on this machine"
    folder = _place() / "npm"
    folder.mkdir()
    wanted = ["install", "--prefix", str(folder), "--no-audit", "--no-fund", "--no-save", "--silent", EVERYTHING]
    failed = _ran([npm, *wanted])
    program = folder / "node_modules" / ".bin" / "mcp-server-everything"
    return (program, "") if program.exists() else (None, f"npm could not install {EVERYTHING}: {failed}")


@cache
def time() -> tuple[Path | None, str]:
    """(the program of a server from the Python registry, why it is not there)."""
    folder = _place() / "venv"
    failed = _ran([sys.executable, "-m", "uv", "venv", "--quiet", "--python", sys.executable, str(folder)])
    python = folder / "bin" / "python"
    failed = failed or _ran([sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", str(python), TIME])
    program = folder / "bin" / "mcp-server-time"
    return (program, "") if program.exists() else (None, f"{TIME} could not be installed: {failed}")


def _ran(command: list[str]) -> str:
    """What went wrong; nothing where nothing did."""
    try:
        ended = subprocess.run(
            command, capture_output=True, text=True, timeout=SECONDS, check=False, env=os.environ | {"CI": "1"}
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return type(error).__name__
    return "" if ended.returncode == 0 else (ended.stderr.strip().splitlines() or ["no word"])[-1][:200]


def remove() -> None:
    """Take away what was installed."""
    if _place.cache_info().currsize:
        shutil.rmtree(_place(), ignore_errors=True)

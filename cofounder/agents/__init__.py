"""The product's own tool servers (MCP), one module an agent: `SERVER` holds its tools.

In: typed arguments of a plan step, a chat turn or an outside assistant. Out: typed answers with their sources.
Never: publishes, decides, or opens a network connection; a tool reads through services and commits nothing else.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastmcp import FastMCP

NAMES = ("content", "financial", "market", "compliance", "publishing", "business", "memory")


def servers() -> dict[str, FastMCP]:
    """Every agent's server by name. Imported here and not above: the tools reach through the whole product."""
    return {name: import_module(f"{__name__}.{name}").SERVER for name in NAMES}

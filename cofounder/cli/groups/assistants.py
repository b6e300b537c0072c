"""mcp: let an assistant on this machine work with the product."""

import sys
from typing import Annotated

import typer

from cofounder.cli import home


def register(app: typer.Typer) -> None:
    app.command()(mcp)


def mcp(
    key: Annotated[
        str | None,
        typer.Option(
            help="Whose calls they are: a key made with `cofounder keys create`. Better kept in COFOUNDER_MCP_KEY.",
            show_default=False,
        ),
    ] = None,
    sample: Annotated[bool, typer.Option("--sample", help="Open the sample company, in a home of its own.")] = False,
) -> int:
    """Serve MCP over standard input and output, for an assistant that starts this command itself.

    Without a key the assistant may do what you may, except decide: that takes an approver's key.

    Example: cofounder mcp --key cf_...
    """
    if sample:
        home.use_sample()
    return home.run(_serve(key))


async def _serve(given: str | None) -> int:
    from cofounder.mcp import stdio
    from cofounder.settings import settings

    kept = settings().mcp_key
    key = given or (kept.get_secret_value() if kept else None)
    async with home.opened(tools=True, quiet=False), home.worked():
        print("The MCP server is ready.", file=sys.stderr, flush=True)  # noqa: T201
        await stdio.serve(key)
    return 0

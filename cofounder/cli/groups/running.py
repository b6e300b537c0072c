"""up, serve, worker, demo, doctor: the product itself, running."""

from typing import Annotated

import typer

from cofounder.cli import home, out
from cofounder.cli.options import Json

Host = Annotated[str | None, typer.Option(help="Address to listen on. Also COFOUNDER_HOST.", show_default="127.0.0.1")]
Port = Annotated[
    int | None, typer.Option(min=1, max=65535, help="Port to listen on. Also COFOUNDER_PORT.", show_default="8000")
]


def register(app: typer.Typer) -> None:
    app.command()(up)
    app.command()(serve)
    app.command()(worker)
    app.command()(demo)
    app.command()(doctor)


def up(
    host: Host = None,
    port: Port = None,
    sample: Annotated[bool, typer.Option("--sample", help="Open the sample company, in a home of its own.")] = False,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
) -> int:
    """Start the product: database, server and worker. Ctrl-C stops all of it.

    Example: cofounder up --port 8080
    """
    from cofounder.cli import supervisor

    if sample:
        home.use_sample()
    return supervisor.up(*_address(host, port), sample=sample, browser=not no_browser)


def serve(
    host: Host = None,
    port: Port = None,
    socket_fd: Annotated[int | None, typer.Option("--fd", hidden=True)] = None,
    tied: Annotated[bool, typer.Option("--tied", hidden=True)] = False,
) -> int:
    """Run the HTTP server alone.

    Example: cofounder serve --host 0.0.0.0 --port 8000
    """
    from cofounder.cli import processes

    return processes.serve(*_address(host, port), fd=socket_fd, tied=tied)


def worker(tied: Annotated[bool, typer.Option("--tied", hidden=True)] = False) -> int:
    """Run a worker alone: it carries tasks out. Any number may share one database.

    Example: cofounder worker
    """
    from cofounder.cli import processes

    return processes.worker(tied=tied)


def _address(host: str | None, port: int | None) -> tuple[str, int]:
    from cofounder.settings import settings

    return host or settings().host, port or settings().port


def demo(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Approve without asking, to the outbox.")] = False,
) -> int:
    """Run the main job on a sample company and show every step of it.

    Example: cofounder demo
    """
    from cofounder.cli import demo as show

    home.use_sample()
    return home.run(show.run(ask=not yes and out.at_terminal()))


def doctor(json: Json = False) -> int:
    """Say what is in order, what is missing, what expires, and how to mend it.

    Example: cofounder doctor
    """
    from cofounder.cli import examination

    return home.run(examination.doctor(json=json))

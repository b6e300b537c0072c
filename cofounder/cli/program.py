"""The program `cofounder`: its commands, its global options, and how it ends."""

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from cofounder.cli import children, out
from cofounder.kit import outside
from cofounder.kit.errors import CofounderError

app = typer.Typer(
    name="cofounder",
    help="A request becomes an approved publication and a training example.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _version(wanted: bool) -> None:
    if wanted:
        from cofounder import __version__

        typer.echo(f"cofounder {__version__}")
        raise typer.Exit()


@app.callback()
def options(
    home: Annotated[
        Path | None,
        typer.Option(
            help="Folder that holds the database, the outbox and the keys. Also COFOUNDER_HOME.", show_default=False
        ),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    """A request becomes an approved publication and a training example.

    Start the product with `cofounder up`, ask for something with `cofounder ask "..."`.
    """
    if home is not None:
        os.environ["COFOUNDER_HOME"] = str(home.expanduser().absolute())
        from cofounder.settings import settings

        settings.cache_clear()
    from cofounder.cli import home as homes

    homes.keep_apart()


GROUPS = (
    "running",
    "asking",
    "chatting",
    "listing",
    "tasks",
    "training",
    "datasets",
    "tuning",
    "deciding",
    "offering",
    "images",
    "publishing",
    "series",
    "channels",
    "measuring",
    "commands",
    "servers",
    "assistants",
    "importing",
    "history",
    "learning",
    "judges",
    "voices",
    "voices_own",
    "voices_followers",
    "voices_trials",
    "data",
    "people",
    "keys",
    "models",
    "settings",
    "database",
)
# What holds these words runs for days and is none of the other groups: it goes without them and their memory.
_ALONE = {"serve": "running", "worker": "running"}


def _registered() -> tuple[str, ...]:
    """The groups that this process can be asked for."""
    alone = _ALONE.get(sys.argv[1]) if len(sys.argv) > 1 else None
    return GROUPS if alone is None else (alone,)


for _group in _registered():
    import_module(f"cofounder.cli.groups.{_group}").register(app)


def main(arguments: list[str] | None = None) -> None:
    """Run one command and leave with its exit code. Every error is one line on standard error."""
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Run one command and give its exit code."""
    _open_standard()
    _find_title()
    outside.ask_here_directly()
    os.environ.setdefault("FASTMCP_LOG_ENABLED", "false")  # else it paints tracebacks into our output
    # Our matrices are small: threads of one product wait for each other longer than they work, and eight products at
    # once held a worker of two cores for minutes.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        answer = app(args=arguments, prog_name="cofounder", standalone_mode=False)
        sys.stdout.flush()
    except CofounderError as error:
        out.complain(out.line(error))
        return out.exit_code(error)
    except (KeyboardInterrupt, typer.Abort):
        out.complain("Stopped.")
        return out.INTERRUPTED
    except typer.Exit as end:
        return end.exit_code
    except typer.TyperException as error:
        return _usage(error)
    except BrokenPipeError:
        # Whoever read our output has gone (`cofounder tasks | head`): not an error of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return _surprise(error)
    return answer if isinstance(answer, int) else 0


def _open_standard() -> None:
    """Standard input, output and error are open, if only to nothing: else the next file or socket takes their place."""
    while (opened := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(opened)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # as Python has it where they were closed
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode, encoding="utf-8"))


def _find_title() -> None:
    """What `up` names its children by is found beside the environment, as long as nobody has changed that."""
    if children.FORKS_STAND:
        from setproctitle import getproctitle

        getproctitle()


def _usage(error: typer.TyperException) -> int:
    """Typer's own words, in our form."""
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError" and context is not None:  # Typer's name for it is private
        typer.echo(context.get_help())
        return out.USAGE
    words = error.format_message()
    if not words:  # no_args_is_help has shown the help
        return out.USAGE
    hint = f" See: {context.command_path} --help" if context is not None else ""
    out.complain(" ".join(f"error: {words}{hint}".split()))
    return out.USAGE


def _surprise(error: Exception) -> int:
    """What nobody foresaw: an error of a library that we know, else a fault of ours."""
    from cofounder.cli.causes import explain, plain

    loud = os.environ.get("COFOUNDER_LOG_LEVEL", "").upper() == "DEBUG"
    if loud:
        import traceback

        traceback.print_exc()
    known = explain(error)
    if known is not None:
        out.complain(out.line(known))
        return out.exit_code(known)
    hint = "" if loud else " For the whole story, again with COFOUNDER_LOG_LEVEL=DEBUG."
    out.complain(" ".join(f"error: internal: {type(error).__name__}: {plain(error)}.{hint}".split()))
    return out.FAULT

"""Options and arguments that several commands share, with the same words everywhere."""

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
TaskId = Annotated[str, typer.Argument(metavar="TASK", help="The task's id, the start or end of it, or `last`.")]

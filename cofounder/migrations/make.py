"""Write a migration from the tables: `python -m cofounder.migrations.make "what changes"`.

Before the first release `python -m cofounder.migrations.make --baseline` writes the one baseline anew.
Read what it wrote: Alembic sees added and dropped columns, not moved data.
"""

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any

from alembic import command
from alembic.operations import ops
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from cofounder.business.derive import tables as derive
from cofounder.business.records import tables as records
from cofounder.flow.learn import tables as learn
from cofounder.flow.learn.performance import views
from cofounder.flow.train.data import tables as training_data
from cofounder.kit import migrate, postgres
from cofounder.migrations.tables import metadata
from cofounder.personas import tables as personas

VERSIONS = Path(__file__).parent / "versions"


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        sys.stderr.write(__doc__ or "")
        return 2
    if arguments == ["--baseline"]:
        for old in VERSIONS.glob("*.py"):
            old.unlink()
        arguments = ["baseline"]
    path = write(arguments[0])
    subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", path], check=False)
    subprocess.run([sys.executable, "-m", "ruff", "check", "--fix", "--quiet", path], check=False)
    if arguments == ["baseline"]:
        _named_by_content(path)
    sys.stdout.write(f"{path}\n")
    return 0


def write(message: str) -> Path:
    """Compare the tables with a fresh database at the newest revision, and write the difference as the next one."""
    number = f"{len(list(VERSIONS.glob('[0-9]*.py'))) + 1:04}"
    VERSIONS.mkdir(exist_ok=True)
    with postgres.temporary() as url:
        engine = create_engine(url.set(drivername="postgresql+psycopg"), poolclass=NullPool)
        with engine.connect() as connection:
            connection.execute(text("CREATE SCHEMA cofounder"))
            connection.execute(text("SET search_path TO cofounder"))
            connection.commit()
            config = migrate.config(connection)
            config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
            command.upgrade(config, "head")
            config.attributes["metadata"] = metadata
            made = command.revision(
                config,
                message=message,
                rev_id=number,
                autogenerate=True,
                process_revision_directives=_with_triggers if message == "baseline" else None,
            )
    if made is None or isinstance(made, list):
        raise RuntimeError("Alembic wrote no single revision")
    return Path(made.path)


def _named_by_content(path: Path) -> None:
    """A baseline that changed is another one: a database made by the one before it is known to be, and not taken up."""
    words = path.read_text(encoding="utf-8")
    body = words[words.index("def upgrade") :]
    name = f"0001_{hashlib.sha256(body.encode()).hexdigest()[:8]}"
    path.write_text(words.replace('revision = "0001"', f'revision = "{name}"', 1), encoding="utf-8")


def _with_triggers(context: Any, revision: Any, directives: list[Any]) -> None:
    """Alembic sees tables and indexes; what the database does by itself is written beside the tables it is about."""
    (script,) = directives
    made = (
        *records.TRIGGERS,
        *derive.TRIGGERS,
        *learn.TRIGGERS,
        *views.CREATE,
        *training_data.TRIGGERS,
        *personas.TRIGGERS,
    )
    undone = (*personas.UNDO, *training_data.UNDO, *views.DROP, *learn.UNDO, *derive.UNDO, *records.UNDO)
    script.upgrade_ops.ops += [ops.ExecuteSQLOp(statement) for statement in made]
    script.downgrade_ops.ops[:0] = [ops.ExecuteSQLOp(statement) for statement in undone]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

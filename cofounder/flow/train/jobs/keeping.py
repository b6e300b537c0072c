"""Keep the models that are served on this machine reachable: after it started anew, nobody else starts their servers."""

from pathlib import Path
from typing import Any

from cofounder.flow.train.tuners.interface import Artifacts
from cofounder.flow.train.tuners.local import LocalTuner
from cofounder.flow.train.tuners.local.job import JobFilesGone
from cofounder.flow.train.tuners.local.serving import answers
from cofounder.kit.chores import Chore
from cofounder.kit.db import reading, transaction
from cofounder.kit.log import logger
from cofounder.models.registry import service as registry
from cofounder.ops import connections

log = logger(__name__)


async def tend() -> list[str]:
    """Serve the active models and candidates that `transformers serve` of this machine does not serve; which these were.

    One whose files are gone is broken from now on.
    """
    async with reading() as session:
        rows = {
            row.id: row
            for role in registry.ROLES
            for alias in ("active", "candidate")
            if (row := await registry.model_of(session, role, alias)) is not None
        }
    served = []
    for row in rows.values():
        if row.state != "ready" or not _is_here(row):
            continue
        if await answers(str(row.address["base_url"])):
            continue
        left = Artifacts(
            folder=Path(row.artifacts["folder"]),
            kind=row.artifacts.get("kind", "merged"),
            details=dict(row.artifacts.get("details") or {}),
        )
        try:
            chosen = (await connections.latest()).model_copy(update={"local_serving": "transformers"})  # as it was
            address = await LocalTuner(chosen).serve(left, row.name)
        except JobFilesGone as error:
            async with transaction() as session:
                await registry.mark_broken(session, row.id, error.detail)
            continue
        except Exception as error:  # the next look tries again
            log.warning("a tuned model is not served", model=registry.label(row), error=f"{error}")
            continue
        async with transaction() as session:
            await registry.mend(session, row.id, address)
        served.append(registry.label(row))
    return served


def _is_here(row: Any) -> bool:
    """Did this machine make it, and does it serve it itself? Elsewhere its folder does not exist."""
    folder = row.artifacts.get("folder")
    if row.target != "local" or row.address["provider"] != "openai-compatible" or not folder:
        return False
    return Path(folder).parent.is_dir()


chore = Chore("tuned models", tend, every=30)

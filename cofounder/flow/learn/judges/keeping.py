"""What one worker does for all: look now and then whether a judge changed."""

from cofounder.flow.learn.judges import service
from cofounder.kit.chores import Chore
from cofounder.kit.db import transaction
from cofounder.settings import settings


async def _watch() -> None:
    async with transaction() as session:
        await service.watch(session)


# days are compared: an hour moves nothing
chore = Chore("judges", _watch, every=3_600, at_once=False, wanted=lambda: settings().learning_hours > 0)

"""What one worker does for all: sum up now and then what came of each model's answers."""

from cofounder.flow.learn.answers import service
from cofounder.kit.chores import Chore
from cofounder.kit.db import transaction
from cofounder.settings import settings


async def _measure() -> None:
    async with transaction() as session:
        await service.measure(session)


chore = Chore("answers", _measure, every=600, at_once=False, wanted=lambda: settings().learning_hours > 0)

"""Who may let personal data out of the house, and that it is written down before the first byte."""

from typing import Any

from cofounder.flow.train.data.errors import PersonalDataStays
from cofounder.kit.db import transaction
from cofounder.people import Caller, audit


async def let_out(by: Caller, what: str, details: dict[str, Any]) -> None:
    """Write down that lines leave as they are. Raises PersonalDataStays."""
    may_let_out(by)
    async with transaction() as session:
        await audit(session, by.who, "training.let_out", "export", what, details)


def may_let_out(by: Caller, what: str = "", *, field: str = "redact", hint: str | None = None) -> None:
    """Raises PersonalDataStays, saying `what` it is of."""
    if not by.may("admin"):
        raise PersonalDataStays(" ".join([*([what] if what else []), f"You are {by.role}."]), field=field, hint=hint)

"""What is secret about an account, in one sealed piece."""

import asyncio
import base64
import json

from cofounder.channels.accounts.errors import AccountSealed
from cofounder.kit import postgres, secrets

Secrets = dict[str, str]


async def seal(what: Secrets) -> str:
    """As it lies in the database."""
    sealed = await asyncio.to_thread(secrets.seal, postgres.default_home(), json.dumps(what))
    return base64.b64encode(sealed).decode()


def unseal(sealed: str | None) -> Secrets:
    """In clear. Raises AccountSealed where another machine stored it."""
    if sealed is None:
        return {}
    try:
        found = json.loads(secrets.unseal(postgres.default_home(), base64.b64decode(sealed)))
    except (secrets.Unreadable, ValueError) as error:
        raise AccountSealed from error
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}

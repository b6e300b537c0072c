"""What a server needs to know and nobody is shown: its environment or headers, sealed as one."""

import json
from collections.abc import Mapping

from cofounder.kit import postgres, secrets
from cofounder.kit.errors import Conflict


class SecretsSealed(Conflict):
    """The secrets kept here cannot be opened on this machine."""

    hint = f"Copy {secrets.KEY_FILE} from the home of the machine where they were given, or give them again."


def seal(values: Mapping[str, str]) -> bytes | None:
    """The values as what may lie in the database; None where there are none."""
    return secrets.seal(postgres.default_home(), json.dumps(dict(values))) if values else None


def unseal(sealed: bytes | None) -> dict[str, str]:
    """What was sealed. Raises SecretsSealed where this home's key does not fit."""
    if sealed is None:
        return {}
    try:
        return dict(json.loads(secrets.unseal(postgres.default_home(), sealed)))
    except secrets.Unreadable as error:
        raise SecretsSealed() from error

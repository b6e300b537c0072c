"""The four roles, each allowed all that the one before it may do."""

from dataclasses import dataclass
from typing import Literal, get_args
from uuid import UUID

Role = Literal["viewer", "operator", "approver", "admin"]
Kind = Literal["local", "key", "person"]

ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever asks: a person at this machine, or the holder of a key."""

    name: str
    role: Role
    kind: Kind
    sign_in_id: UUID | None = None  # of a person over HTTP
    user_id: UUID | None = None
    via: str | None = None  # what speaks for them, where it is not they themselves: "mcp"

    @property
    def who(self) -> str:
        """The name as the audit log writes it: "local owner", "key:ci"."""
        return self.name if self.kind == "local" else f"{self.kind}:{self.name}"

    @property
    def told(self) -> str:
        """The name as a sentence has it: "the key 'ci'", "Mara"."""
        return f"the key {self.name!r}" if self.kind == "key" else self.name

    def may(self, role: Role) -> bool:
        """Whether the caller's role reaches `role`."""
        return ROLES.index(self.role) >= ROLES.index(role)


def spoken(who: str) -> str:
    """Somebody as the audit log writes them, as a sentence has it: "key:ci" is the key 'ci', "person:Mara" is Mara."""
    kind, _, name = who.partition(":")
    if not name:
        return who
    return name if kind == "person" else f"the {kind} {name!r}"


# Only the command line is the local owner; HTTP never is, on loopback neither.
LOCAL_OWNER = Caller(name="local owner", role="admin", kind="local")

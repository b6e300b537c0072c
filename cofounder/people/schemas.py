"""How a key is shown: everything but the secret."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from cofounder.people.roles import Role


class KeyOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    role: Role
    prefix: str  # the secret starts with cf_<prefix>_
    created_at: datetime
    created_by: str | None
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class KeyMade(KeyOut):
    key: str  # the secret, shown once

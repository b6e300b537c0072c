"""How people, keys and sign-ins are shown: everything but the secrets."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints

from cofounder.kit.forms import Declared
from cofounder.kit.http import Body, ShortText, Time
from cofounder.people.roles import Kind, Role

Secret = Annotated[str, StringConstraints(min_length=1, max_length=512)]


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


# As the services check them, who say what to write; of letters beyond ASCII only they know which are some.
_KEY_NAME = Declared({"pattern": r"^\s*[A-Za-z0-9][A-Za-z0-9 ._-]*\s*$", "maxLength": 64})
_PERSON_NAME = Declared(
    {"pattern": r"^\s*[^\x00-/:-@\[-`{-\xa9][^\x00-\x1f!-&(-,/:-@\[-^`{-\xa9]*\s*$", "maxLength": 64}
)


class KeyIn(Body):
    name: Annotated[ShortText, _KEY_NAME] = Field(examples=["ci"], description="Whom or what the key is for.")
    role: Role = Field(examples=["operator"])
    expires_at: Time | None = Field(default=None, description="When it ends; left out: never.")


class PersonOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    email: str | None
    role: Role
    has_password: bool
    created_at: datetime
    created_by: str | None
    last_sign_in_at: datetime | None
    disabled_at: datetime | None


class PersonIn(Body):
    name: Annotated[ShortText, _PERSON_NAME] = Field(examples=["Mara Ilves"])
    role: Role = Field(examples=["approver"])
    email: ShortText | None = None


class PersonChange(Body):
    """What to change; the rest stays."""

    role: Role | None = None
    disabled: StrictBool | None = None


class LinkOut(BaseModel):
    """`token` signs the person in once, at the page's address with #link=TOKEN."""

    token: str
    expires_at: datetime


class SignInBody(Body):
    name: ShortText = Field(examples=["Mara Ilves"])
    password: Secret = Field(examples=["four words in a row"])


class LinkBody(Body):
    token: Secret = Field(examples=["cl_4f1c"])


class RefreshBody(Body):
    refresh_token: Secret = Field(examples=["cr_9b2e"])


class PasswordBody(Body):
    password: Secret = Field(examples=["four other words here"], description="The new one.")
    current: Secret | None = Field(default=None, description="The old one, unless you came by a link.")


class Me(BaseModel):
    """Who is signed in."""

    name: str
    role: Role
    kind: Kind
    has_password: bool


class Tokens(BaseModel):
    """RFC 6749, section 5.1."""

    access_token: str
    refresh_token: str
    token_type: str = "Bearer"
    expires_in: int


class AuditOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    at: datetime
    who: str
    action: str
    object_type: str
    object_id: str
    details: dict[str, Any]

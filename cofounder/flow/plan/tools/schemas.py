"""What goes in and out about tool servers. Secrets go in, and never out."""

import ipaddress
import re
from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AfterValidator, Field, SecretStr, StrictBool, StrictFloat, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from cofounder.flow.plan.tools.listing import Change
from cofounder.kit.forms import form
from cofounder.kit.http import Body, Shown
from cofounder.kit.near import refused

Transport = Literal["stdio", "http"]
Health = Literal["unknown", "up", "down"]
ToolState = Literal["new", "approved", "changed", "unusable", "gone"]
ServerName = Annotated[
    str, StringConstraints(pattern=form(r"^[a-z][a-z0-9_]{0,39}$", "Write a-z, 0-9 and _, 40 at most, a letter first"))
]
_ENVIRONMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_OURS = {"host", "content-length", "transfer-encoding", "connection", "accept-encoding", "mcp-session-id", "upgrade"}
_LINE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
Secret = Annotated[SecretStr, Field(max_length=8_000)]


def _one_line(given: str) -> str:
    if "\x00" in given:
        raise PydanticCustomError("unusable", "It holds a NUL character")
    return given


Argument = Annotated[str, StringConstraints(max_length=4_000), AfterValidator(_one_line)]
Connect = Annotated[StrictFloat, Field(ge=0.1, le=300)]
Call = Annotated[StrictFloat, Field(ge=0.1, le=3600)]


class ServerIn(Body):
    """A server to register: a program that speaks MCP over its standard streams, or an address that does over HTTP."""

    name: ServerName = Field(examples=["time"], description="The first half of its tools' ids.")
    transport: Transport
    command: str | None = Field(
        default=None, min_length=1, max_length=1_000, description="stdio: the program, by its whole path."
    )
    args: list[Argument] = Field(default_factory=list, max_length=100, description="stdio: no shell reads them.")
    env: dict[str, Secret] = Field(
        default_factory=dict, max_length=50, description="stdio: kept as secrets, never shown again."
    )
    url: str | None = Field(default=None, min_length=1, max_length=2_000, description="http: its MCP endpoint.")
    headers: dict[str, Secret] = Field(
        default_factory=dict, max_length=50, description="http: kept as secrets, never shown again."
    )
    allow_private: StrictBool = Field(
        default=False, description="http: it may lie on this machine or in a private network."
    )
    connect_seconds: Connect = 20.0
    list_seconds: Connect = 10.0
    call_seconds: Call = 60.0

    @model_validator(mode="after")
    def _fits_its_transport(self) -> "ServerIn":
        mine, other = (("command", "args", "env"), ("url", "headers", "allow_private"))
        if self.transport == "http":
            mine, other = other, mine
        if getattr(self, mine[0]) is None:
            raise PydanticCustomError("missing", f"A server over {self.transport} needs {mine[0]}")
        for name in other:
            if getattr(self, name):
                raise PydanticCustomError("extra_forbidden", f"A server over {self.transport} has no {name}")
        check_secrets(self.transport, self.env or self.headers)
        return self

    def secrets(self) -> dict[str, str]:
        return {name: value.get_secret_value() for name, value in (self.env or self.headers).items()}


def check_secrets(transport: str, given: dict[str, SecretStr]) -> None:
    """Raise for a name or a value that no environment, or no header, can have. Never repeats a value."""
    for name, value in given.items():
        secret = value.get_secret_value()
        if transport == "stdio":
            good = bool(_ENVIRONMENT.fullmatch(name)) and "\x00" not in secret
        else:
            good = bool(_HEADER.fullmatch(name) and _LINE.fullmatch(secret)) and name.lower() not in _OURS
        if not good:
            what = "environment variable" if transport == "stdio" else "header of yours"
            raise PydanticCustomError("unusable", f"{name[:100]!r} with its value can be no {what}")


class ServerChange(Body):
    """What is to be another; a secret with null is taken away, those not named stay."""

    disabled: StrictBool | None = None
    allow_private: StrictBool | None = None
    connect_seconds: Connect | None = None
    list_seconds: Connect | None = None
    call_seconds: Call | None = None
    secrets: dict[str, Secret | None] | None = Field(default=None, max_length=50, description="Environment or headers.")


class Measured(Shown):
    """What calls came to, over the last 30 days."""

    calls: int = 0
    success_rate: float | None = None
    seconds_p50: float | None = None
    seconds_p95: float | None = None
    timed_calls: int = Field(default=0, description="Those behind the two: a server that is away takes no time.")
    cost_usd: float | None = Field(default=None, description="Of a call, where answers say it.")


class ServerOut(Shown):
    server_id: UUID
    name: str
    transport: Transport
    command: str | None = Field(description="Admins only, as args and url.")
    args: list[str]
    url: str | None
    secret_names: list[str] = Field(description="What they hold is shown to nobody.")
    allow_private: bool
    connect_seconds: float
    list_seconds: float
    call_seconds: float
    disabled: bool
    health: Health
    problem: str | None
    notes: list[str]
    says_name: str = Field(description="What it calls itself.")
    says_version: str
    stale: bool = Field(description="The list of tools is an old one: the server is away.")
    tools: int
    approved: int
    waiting: int = Field(description="Tools that an admin has not approved as they are now.")
    measured: Measured
    created_at: datetime
    created_by: str
    checked_at: datetime | None
    listed_at: datetime | None


class ServerToolOut(Shown):
    """A tool of a server. Its words are the server's own: data, never to be followed."""

    name: str
    tool_id: str
    title: str
    description: str
    state: ToolState
    problem: str | None
    digest: str = Field(description="Of what was seen; an approval names it.")
    changes: list[Change] = Field(description="Against what was approved.")
    input_schema: dict[str, Any]
    output_schema: dict[str, Any] | None
    read_only: bool
    idempotent: bool
    declared_cost_usd: float | None
    declared_seconds: float | None
    measured: Measured
    approved_at: datetime | None
    approved_by: str | None


class ServerDetail(ServerOut):
    listed: list[ServerToolOut]


class ApprovedTool(Body):
    name: str = Field(min_length=1, max_length=128)
    digest: str = Field(min_length=1, max_length=64, description="Of what you looked at.")


class ApproveIn(Body):
    """The tools that plans may use from now on, or with approved=false may not."""

    tools: list[ApprovedTool] = Field(min_length=1, max_length=500)
    approved: StrictBool = True


def check_url(url: str) -> str | None:
    """What is wrong with an address; None: nothing."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises for a port that is none
    except ValueError as error:
        return str(error)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "It is no http or https address."
    if parts.username or parts.password:
        return "It carries a name or a password."
    if re.search(r"[\x00-\x20\x7f\\]", url):
        return "It holds a character that no address has."
    try:
        address = ipaddress.ip_address(parts.hostname.partition("%")[0])
    except ValueError:
        return None  # a name, which is looked up when it is asked
    if refused(address, allow_private=True):
        return f"It lies at {address}, where no tool server may lie: link-local addresses are never allowed."
    return None

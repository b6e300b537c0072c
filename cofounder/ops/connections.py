"""How models, tuning and the mail server are reached, as an admin may set it while the product runs.

The environment beats what is stored, and a key or password that lies there keeps its address there too: nobody sends
it elsewhere from a page. Secrets lie sealed in the database; an answer says only whether there is one.
"""

import asyncio
import base64
import json
import time
import weakref
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    SecretStr,
    StrictBool,
    StringConstraints,
    ValidationError,
)
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit import db, live, postgres, secrets
from cofounder.kit.errors import InputInvalid
from cofounder.kit.forms import AS_GIVEN, ONE_LINE, complaint, form
from cofounder.kit.http import Body, Whole
from cofounder.kit.log import logger
from cofounder.kit.versions import require, version_of
from cofounder.ops.runtime import SettingFromEnvironment, tell_what_is_stored
from cofounder.people.preferences import drop_setting, lock_settings, put_setting, stored_settings
from cofounder.people.service import audit
from cofounder.settings import REGION, Settings, settings

FRESH_SECONDS = 1.0  # what another process set counts here after so long
log = logger(__name__)


def _given(**limits: Any) -> Any:
    """A field that need not be sent; null takes back what was set."""
    return Field(default=None, **limits)


_Line = Annotated[
    str,
    StringConstraints(
        strict=True,
        max_length=2_000,
        pattern=form(r"^[^\x00-\x1f\x7f]*$", "Write it in one line, without control characters"),
    ),
]
_Host = Annotated[
    str,
    StringConstraints(
        strict=True,
        min_length=1,
        max_length=253,
        pattern=form(r"^[^\s/@]+$", "Write the host's name alone, as mail.example.com"),
    ),
]
_Url = Annotated[
    str,
    StringConstraints(
        strict=True,
        max_length=500,
        pattern=form(
            r"^https?://[^\s/@?#]+(/[^\s?#]*)?$",
            "Write the whole address, with https:// before it and nothing after its path",
        ),
    ),
]
_Key = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=1_000, pattern=AS_GIVEN)]


def _service_account(given: str) -> str:
    """Raises ValueError, never with a word of it."""
    try:
        found = json.loads(given)
    except (ValueError, RecursionError):
        raise ValueError("It is no JSON: paste the whole file that Google Cloud lets you download") from None
    lacks = [name for name in ("client_email", "private_key") if not isinstance(found.get(name), str)]
    if lacks:
        raise ValueError(f"It is no key of a service account: it has no {' and no '.join(lacks)}")
    return given


_Document = Annotated[
    str,
    StringConstraints(
        strict=True,
        min_length=2,
        max_length=10_000,
        pattern=form(r"^\s*\{[^\x00]*$", "Paste the whole JSON document, which begins with {"),
    ),
    AfterValidator(_service_account),
]
_Name = Annotated[
    str,
    StringConstraints(
        strict=True,
        min_length=1,
        max_length=200,
        pattern=form(r"^[A-Za-z0-9_.:/-]+$", "Write letters, digits and _ . : / -, without blanks"),
    ),
]
_Region = Annotated[
    str,
    StringConstraints(strict=True, min_length=1, max_length=60, pattern=REGION),
]
_Password = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=1_000, pattern=ONE_LINE)]


class ConnectionSettings(Body):
    """What to set. What is not sent stays; null takes it back, to what is delivered or to none."""

    model: _Line | None = _given(description="Models, best first: openai:NAME, ollama:NAME, … with commas between.")
    model_prices: _Line | None = _given(
        description="PROVIDER:NAME=IN/OUT with commas between: US dollars for a million tokens, in place of published ones."
    )
    openai_api_key: _Key | None = _given(description="Kept sealed, never shown again.")
    anthropic_api_key: _Key | None = _given(description="Kept sealed, never shown again.")
    google_api_key: _Key | None = _given(description="Kept sealed, never shown again.")
    ollama_base_url: _Url | None = _given(description="Of an Ollama server's OpenAI-compatible API.")
    compatible_base_url: _Url | None = _given(description="Of any OpenAI-compatible server.")
    compatible_api_key: _Key | None = _given(description="For that server, if it wants one.")
    together_api_key: _Key | None = _given(description="For tuning at Together. Kept sealed, never shown again.")
    vertex_project: _Name | None = _given(description="Project at Google Cloud in which Gemini is tuned.")
    vertex_location: _Region | None = _given(description="Region in which Gemini is tuned.")
    vertex_bucket: _Name | None = _given(description="Bucket at Google Cloud Storage for the lines.")
    vertex_service_account: _Document | None = _given(
        description="Key of a service account, as JSON; none: the machine's credentials. Kept sealed, never shown again."
    )
    bedrock_region: _Region | None = _given(description="Region of Amazon Bedrock in which models are tuned.")
    bedrock_role_arn: _Name | None = _given(description="Role with which Bedrock reads and writes in the bucket.")
    bedrock_bucket: _Name | None = _given(description="Bucket at Amazon S3 for the lines.")
    bedrock_access_key_id: _Name | None = _given(description="Access key at AWS; none: the machine's credentials.")
    bedrock_secret_access_key: _Key | None = _given(description="Kept sealed, never shown again.")
    smtp_host: _Host | None = _given(description="Mail server. None: e-mail goes to the outbox.")
    smtp_port: Whole | None = _given(ge=1, le=65_535)
    smtp_starttls: StrictBool | None = _given(description="Encrypt the line before signing in.")
    smtp_username: _Line | None = _given(description="User at the mail server.")
    smtp_password: _Password | None = _given(description="Kept sealed, never shown again.")
    email_from: _Line | None = _given(description="Sender of e-mail: Name <address>.")
    email_recipients: _Line | None = _given(description="Who gets e-mail publications, commas between.")
    email_reply_to: _Line | None = _given(description="Where answers and unsubscribe requests go.")


NOTES = "connection_notes"  # in the settings table: name -> why it could not be tried
NAMES = tuple(ConnectionSettings.model_fields)
SECRET = frozenset(
    (
        "openai_api_key",
        "anthropic_api_key",
        "google_api_key",
        "compatible_api_key",
        "together_api_key",
        "vertex_service_account",
        "bedrock_secret_access_key",
        "smtp_password",
    )
)
# An address and the secret that is sent there.
_SENT_TO = {"smtp_host": "smtp_password", "compatible_base_url": "compatible_api_key"}
_checks: list[Callable[[Settings], None]] = []
_also: list[Callable[[AsyncSession], Awaitable[object]]] = []


class SecretLeftBehind(InputInvalid):
    """A secret that was given for one address is not sent to another."""

    hint = "Give it again with the new address, or send null for it."


class ConnectionInvalid(InputInvalid):
    """This cannot be used to reach anything."""

    hint = "Mend the field that is named; nothing was changed."


class ConnectionOut(BaseModel):
    """One setting. `value` is null for a secret and where there is none."""

    value: bool | int | str | None
    given: bool = Field(description="There is one; of a secret that is all that is said.")
    secret: bool
    source: Literal["environment", "settings", "default"]
    sealed: bool = Field(description="A secret that this machine cannot read, for it was stored by another one.")
    note: str | None = Field(default=None, description="Why it is not known to work; it is tried again by itself.")


class _Laid:
    """What this process read last, over the settings that it was read with."""

    base: ClassVar["weakref.ref[Settings] | None"] = None
    raw: ClassVar[dict[str, Any]] = {}
    merged: ClassVar[Settings | None] = None
    sealed: ClassVar[frozenset[str]] = frozenset()
    read_at: ClassVar[float] = float("-inf")


def check_with(check: Callable[[Settings], None]) -> None:
    """Let a part to the left look at the settings as they would be. It raises InputInvalid for what it cannot use."""
    if check not in _checks:
        _checks.append(check)


def read_also(read: Callable[[AsyncSession], Awaitable[object]]) -> None:
    """Let a part to the left read what it knows of ways out whenever these settings are read."""
    if read not in _also:
        _also.append(read)


def current() -> Settings:
    """The settings of this process, with what was set at run time as it was last read."""
    base = settings()
    laid = _Laid.base() if _Laid.base is not None else None
    return _Laid.merged if laid is base and _Laid.merged is not None else base


def source(name: str) -> Literal["environment", "settings", "default"]:
    """What sets it, as it was last read."""
    if name in settings().model_fields_set:
        return "environment"
    return "settings" if current() is not settings() and name in _Laid.raw else "default"


async def latest() -> Settings:
    """The settings as they are now, at most a second old. Never call it inside a transaction."""
    base = settings()
    stale = _Laid.base is None or _Laid.base() is not base
    if stale or time.monotonic() - _Laid.read_at > FRESH_SECONDS:
        async with db.reading() as session:
            await refresh(session)
    return current()


async def refresh(session: AsyncSession) -> Settings:
    """The settings as they are now, read within this transaction."""
    _lay(await stored_settings(session))
    for read in _also:
        await read(session)
    return current()


def _lay(stored: dict[str, Any]) -> None:
    """Let what is stored count in this process."""
    raw = {name: stored[name] for name in NAMES if name in stored}
    base = settings()
    if _Laid.base is None or _Laid.base() is not base or raw != _Laid.raw:
        opened, sealed = _opened(raw)
        _Laid.merged = base.model_copy(update=_typed(opened, base))
        _Laid.base, _Laid.raw, _Laid.sealed = weakref.ref(base), raw, frozenset(sealed)
    _Laid.read_at = time.monotonic()


tell_what_is_stored(_lay)


async def effective(session: AsyncSession) -> dict[str, ConnectionOut]:
    """Every connection setting: where it comes from and, unless it is secret, its value."""
    now = await refresh(session)
    notes = (await stored_settings(session)).get(NOTES) or {}
    found = {}
    for name in NAMES:
        value = getattr(now, name)
        found[name] = ConnectionOut(
            value=None if name in SECRET or value == "" else value,
            given=value not in (None, ""),
            secret=name in SECRET,
            source=source(name),
            sealed=name in _Laid.sealed,
            note=notes.get(name),
        )
    return found


async def version(session: AsyncSession) -> str:
    """Names these values, secrets included: other values, another name."""
    stored = await stored_settings(session)
    base = settings()
    fixed = [name for name in NAMES if name in base.model_fields_set]
    return version_of([fixed, {name: stored[name] for name in NAMES if name in stored}])


async def change(
    session: AsyncSession, wanted: ConnectionSettings, *, by: str, if_match: str | None = None
) -> dict[str, ConnectionOut]:
    """Store what was sent, secrets sealed, audited without a secret. Two changes wait for each other.

    Raises SettingFromEnvironment, OldVersion, SecretLeftBehind, ConnectionInvalid and what a check raises.
    """
    await lock_settings(session)
    require(await version(session), if_match)
    given = _sent(wanted)
    for name in given:
        _may_be_set(name, given)
    _check(given, await refresh(session))
    for name, value in given.items():
        if value is None:
            await drop_setting(session, name)
        else:
            await put_setting(session, name, await _kept(name, value), by=by)
        said = {"given": value is not None} if name in SECRET else {"value": value}
        await audit(session, by, "connection.changed", "setting", name, said)
    live.changed(session, "settings")
    _Laid.read_at = float("-inf")
    return await effective(session)


def _sent(wanted: ConnectionSettings) -> dict[str, Any]:
    given = {name: getattr(wanted, name) for name in wanted.model_fields_set}
    return {name: value.strip() or None if isinstance(value, str) else value for name, value in given.items()}


async def as_they_would_be(wanted: ConnectionSettings) -> tuple[Settings, frozenset[str]]:
    """(The settings with what was sent, the names of what would count of it). Never call it inside a transaction.

    Raises ConnectionInvalid.
    """
    now, given = await latest(), _sent(wanted)
    counts = {name: value for name, value in given.items() if name not in settings().model_fields_set}
    return _would(counts, now), frozenset(name for name, value in counts.items() if value is not None)


def _may_be_set(name: str, given: dict[str, Any]) -> None:
    fixed = settings().model_fields_set
    if name in fixed:
        raise SettingFromEnvironment(f"{name} is set in the environment.", field=name)
    secret = _SENT_TO.get(name)
    if secret is None or given[name] is None:
        return
    if secret in fixed:
        raise SettingFromEnvironment(
            f"{secret} is set in the environment, and goes only to the address there.", field=name
        )
    if given[name] != getattr(current(), name) and getattr(current(), secret) is not None and secret not in given:
        raise SecretLeftBehind(f"{secret} was given for {getattr(current(), name) or 'another address'}.", field=secret)


def _check(given: dict[str, Any], now: Settings) -> None:
    """Look at the settings as they would be. Raises ConnectionInvalid and what a check raises."""
    would = _would(given, now)
    for check in _checks:
        check(would)


def _would(given: dict[str, Any], now: Settings) -> Settings:
    """Raises ConnectionInvalid."""
    delivered = {name: Settings.model_fields[name].default for name, value in given.items() if value is None}
    try:
        typed = {
            name: getattr(Settings.model_validate({name: value}), name)
            for name, value in given.items()
            if value is not None
        }
    except ValidationError as error:
        first = error.errors()[0]
        raise ConnectionInvalid(complaint(first), field=str(first["loc"][0])) from error
    return now.model_copy(update=delivered | typed)


async def _kept(name: str, value: Any) -> Any:
    """The value as it lies in the database."""
    if name not in SECRET:
        return value
    sealed = await asyncio.to_thread(secrets.seal, postgres.default_home(), value)
    return {"sealed": base64.b64encode(sealed).decode()}


def _opened(raw: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The values in clear, and the names of secrets that cannot be read here."""
    opened, sealed = {}, []
    for name, value in raw.items():
        if name not in SECRET:
            opened[name] = value
            continue
        try:
            opened[name] = SecretStr(secrets.unseal(postgres.default_home(), base64.b64decode(value["sealed"])))
        except (secrets.Unreadable, KeyError, TypeError, ValueError):
            sealed.append(name)
            log.warning("a stored secret cannot be read on this machine", name=name)
    return opened, sealed


def _typed(opened: dict[str, Any], base: Settings) -> dict[str, Any]:
    """What counts of it: what the environment sets and what an older program stored otherwise is left out."""
    found = {}
    for name, value in opened.items():
        if name in base.model_fields_set:
            continue
        try:
            found[name] = getattr(Settings.model_validate({name: value}), name)
        except ValidationError:
            log.warning("a stored setting cannot be read", name=name)
    return found

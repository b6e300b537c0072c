"""Settings that a person may change while the product runs. The environment beats the table; the answer says which won."""

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field, StrictBool, StrictStr, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit import live
from cofounder.kit.errors import Conflict
from cofounder.kit.http import Body, Usd, Whole
from cofounder.kit.versions import require, version_of
from cofounder.people.preferences import lock_settings, put_setting, stored_settings
from cofounder.people.service import audit
from cofounder.settings import Settings, own_sites, post_ages, settings


def _may_be_left_out(**limits: Any) -> Any:
    """A field that need not be sent, and is never null."""
    return Field(default_factory=lambda: None, **limits)


def _ages(given: str) -> str:
    post_ages(given)
    return given


def _sites(given: str) -> str:
    own_sites(given)
    return given


class RuntimeSettings(Body):
    """The part of the settings that may change at run time. Money in US dollars, scores 0-1."""

    approval: StrictBool = _may_be_left_out()
    quality_threshold: float = _may_be_left_out(ge=0, le=1, strict=True)
    step_quality_threshold: float = _may_be_left_out(ge=0, le=1, strict=True)
    max_refinements: Whole = _may_be_left_out(ge=0, le=10)
    judge_model: Literal["on", "off", "every_round"] = _may_be_left_out()
    cost_limit_usd: Usd = _may_be_left_out(ge=0, le=1_000_000)
    daily_budget_usd: Usd = _may_be_left_out(ge=0, le=1_000_000)
    monthly_budget_usd: Usd = _may_be_left_out(ge=0, le=1_000_000)
    task_budget_usd: Usd = _may_be_left_out(ge=0, le=1_000_000)
    parallel_steps: Whole = _may_be_left_out(ge=1, le=64)
    company: StrictStr = _may_be_left_out(max_length=200)
    tag_links: StrictBool = _may_be_left_out()
    own_sites: Annotated[StrictStr, AfterValidator(_sites)] = _may_be_left_out(max_length=500)
    measure_ages: Annotated[StrictStr, AfterValidator(_ages)] = _may_be_left_out(max_length=200)


NAMES = tuple(RuntimeSettings.model_fields)
_told: list[Callable[[dict[str, Any]], None]] = []


class SettingFromEnvironment(Conflict):
    """The environment sets this; what is stored here would not count."""

    hint = "Change the environment variable and start again, or remove it there."


class SettingOut(BaseModel):
    value: bool | int | float | str
    source: Literal["environment", "settings", "default"]


async def _stored(session: AsyncSession) -> dict[str, Any]:
    """What was set, read once a transaction."""
    kept: dict[str, Any] | None = session.info.get("runtime settings")
    if kept is None:
        kept = session.info["runtime settings"] = await stored_settings(session)
        for tell in _told:
            tell(kept)
    return kept


def tell_what_is_stored(tell: Callable[[dict[str, Any]], None]) -> None:
    """Whenever the table is read, hand what it holds to this function too."""
    _told.append(tell)


async def effective(session: AsyncSession) -> dict[str, SettingOut]:
    """Every runtime setting with its value and where it comes from."""
    stored = await _stored(session)
    current = settings()
    found: dict[str, SettingOut] = {}
    for name in NAMES:
        if name in current.model_fields_set:
            found[name] = SettingOut(value=_shown(getattr(current, name)), source="environment")
        elif name in stored:
            found[name] = SettingOut(value=_shown(_typed(name, stored[name])), source="settings")
        else:
            found[name] = SettingOut(value=_shown(getattr(current, name)), source="default")
    return found


async def value(session: AsyncSession, name: str) -> Any:
    """The value that counts for one runtime setting."""
    current = settings()
    if name in current.model_fields_set:
        return getattr(current, name)
    stored = await _stored(session)
    return _typed(name, stored[name]) if name in stored else getattr(current, name)


def version(found: dict[str, SettingOut]) -> str:
    """Names these values: other values, another name."""
    return version_of({name: one.model_dump(mode="json") for name, one in found.items()})


async def change(
    session: AsyncSession, wanted: RuntimeSettings, *, by: str, if_match: str | None = None
) -> dict[str, SettingOut]:
    """Store what was sent, audited. Two changes wait for each other.

    Raises SettingFromEnvironment where the environment has the last word, and OldVersion when `if_match` is given and
    does not name the values as they are.
    """
    await lock_settings(session)
    require(version(await effective(session)), if_match)
    current = settings()
    for name in wanted.model_fields_set:
        if name in current.model_fields_set:
            raise SettingFromEnvironment(f"COFOUNDER_{name.upper()} is set in the environment.", field=name)
        stored = _shown(getattr(wanted, name))
        await put_setting(session, name, stored, by=by)
        await audit(session, by, "settings.changed", "setting", name, {"value": stored})
    session.info.pop("runtime settings", None)
    live.changed(session, "settings")
    return await effective(session)


def _shown(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def _typed(name: str, raw: Any) -> Any:
    try:
        return getattr(Settings.model_validate({name: raw}), name)
    except ValidationError:
        return getattr(settings(), name)

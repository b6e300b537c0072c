"""`cofounder doctor`: everything that was looked at, and how to mend what is not in order."""

from importlib.util import find_spec
from typing import TYPE_CHECKING

from cofounder.cli import home, out
from cofounder.settings import settings

if TYPE_CHECKING:
    from rich.table import Table

    from cofounder.ops.doctor import Finding

_PACKAGES = {
    "openai": "openai",
    "openai-compatible": "openai",
    "ollama": "openai",
    "anthropic": "anthropic",
    "google": "google.genai",
}
_EXTRA = {"openai-compatible": "openai", "ollama": "openai"}


async def doctor(*, json: bool) -> int:
    """Look at everything and say it. Exit code 6 when something has failed."""
    from cofounder.cli.causes import explain
    from cofounder.kit import db
    from cofounder.ops import doctor as checks

    try:
        async with home.opened(), db.transaction() as session:
            found = await checks.run(session)
    except Exception as error:
        known = explain(error)
        if known is None:
            raise
        found = checks.without_database(known)
    found += [*models(), *channels()]
    failed = any(one.state == "failed" for one in found)
    if json:
        out.emit({"ok": not failed, "items": [one.model_dump() for one in found]})
    else:
        out.screen().print(_listed(found))
    return out.ENDED_BADLY if failed else 0


def _listed(found: "list[Finding]") -> "Table":
    """One row a finding: glyph, name, what was found, and under it how to mend it."""
    from rich.table import Table
    from rich.text import Text

    glyphs = {"ok": ("✓", "done"), "missing": ("○", "quiet"), "expires": ("◆", "you"), "failed": ("✗", "failed")}
    rows = Table.grid(padding=(0, 1))
    for one in found:
        detail = Text(one.detail)
        if one.mend:
            detail.append(f"\n{one.mend}", style="bold" if one.state == "failed" else "quiet")
        rows.add_row(Text(*glyphs[one.state]), Text(one.name), detail)
    return rows


def models() -> "list[Finding]":
    """The chain of models: is the package there, is the key there."""
    from cofounder.models.chain import chain
    from cofounder.ops.doctor import Finding

    found = []
    for target in chain(settings().model):
        if target.provider == "offline":
            found.append(Finding(name="Model offline", state="ok", detail="Built in; it needs no key and no network."))
            continue
        missing = _missing(target.provider)
        found.append(
            Finding(
                name=f"Model {target}",
                state="failed" if missing else "ok",
                detail=missing[0] if missing else "Package and key are there.",
                mend=missing[1] if missing else "",
            )
        )
    return found


def _missing(provider: str) -> tuple[str, str] | None:
    """What a provider lacks, and how to mend it."""
    package = _PACKAGES[provider]
    try:
        there = find_spec(package) is not None
    except ModuleNotFoundError:
        there = False
    if not there:
        return f"The package {package} is not installed.", f"pip install 'cofounder[{_EXTRA.get(provider, provider)}]'"
    chosen = settings()
    if provider == "openai-compatible" and not chosen.compatible_base_url:
        return "No address.", "Set COFOUNDER_COMPATIBLE_BASE_URL."
    keys = {"openai": chosen.openai_api_key, "anthropic": chosen.anthropic_api_key, "google": chosen.google_api_key}
    if provider in keys and keys[provider] is None:
        return "No key.", f"Set {provider.upper()}_API_KEY."
    return None


def channels() -> "list[Finding]":
    """Where each channel's text would go."""
    from cofounder.channels import CHANNELS, rules, senders
    from cofounder.ops.doctor import Finding

    outbox = home.folder() / "outbox"
    found = [Finding(name="Outbox", state="ok", detail=str(outbox))]
    for channel in CHANNELS:
        if channel == "outbox":
            continue
        account = senders.route(channel)
        label = rules(channel).label
        if account.sender == "outbox":
            mend = (
                "Set COFOUNDER_SMTP_HOST, COFOUNDER_EMAIL_FROM and COFOUNDER_EMAIL_RECIPIENTS."
                if channel == "email"
                else ""
            )
            found.append(Finding(name=label, state="missing", detail="No account: texts go to the outbox.", mend=mend))
        else:
            found.append(Finding(name=label, state="ok", detail=f"{account.name} by {account.sender}"))
    return found

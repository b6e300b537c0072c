"""Which of the models that are named can be asked, and what the others lack."""

from importlib.util import find_spec

from cofounder.models import prices
from cofounder.models.chain import Target, chain
from cofounder.ops import connections
from cofounder.ops.doctor import Finding
from cofounder.settings import Settings

_PACKAGES = {
    "openai": "openai",
    "openai-compatible": "openai",
    "ollama": "openai",
    "anthropic": "anthropic",
    "google": "google.genai",
}
_CHANGE = (
    "Name the models in Settings, such as openai:NAME,ollama:NAME, best first; or set COFOUNDER_MODEL and start again."
)
_EXTRA = {"openai-compatible": "openai", "ollama": "openai"}


def findings() -> list[Finding]:
    """The chain of models: is the package there, is the key there, and what sets it."""
    found = []
    for target in chain(connections.current().model):
        if target.provider == "offline":
            found.append(
                Finding(
                    name="Model offline",
                    state="ok",
                    detail="Built in; it needs no key and no network.",
                    source="default",
                    change=f"It always ends the chain. {_CHANGE}",
                )
            )
            continue
        missing = _missing(target.provider) or _price(target)
        found.append(
            Finding(
                name=f"Model {target}",
                state="failed" if missing else "ok",
                detail=missing[0] if missing else f"Package and key are there. Its price {prices.basis(target)}.",
                mend=missing[1] if missing else "",
                source=connections.source("model"),
                change=_CHANGE,
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
    chosen = connections.current()
    if provider == "openai-compatible" and not chosen.compatible_base_url:
        return "No address.", "Give it in Settings, or set COFOUNDER_COMPATIBLE_BASE_URL."
    keys = {"openai": chosen.openai_api_key, "anthropic": chosen.anthropic_api_key, "google": chosen.google_api_key}
    if provider in keys and keys[provider] is None:
        return "No key.", f"Give it in Settings, or set {provider.upper()}_API_KEY."
    return None


def _price(target: Target) -> tuple[str, str] | None:
    """Without a price a model is not asked, which nobody should find out from its silence."""
    reason = prices.unpriced(target)
    if reason is None:
        return None
    what, _, how = reason.partition(": ")
    return f"{what[0].upper()}{what[1:]}: it is not asked.", f"{how[0].upper()}{how[1:]}."


def check(chosen: Settings) -> None:
    """The chain can be read. Raises ModelSettingInvalid."""
    chain(chosen.model)

"""The targets by name, and the names by which people know them."""

from importlib import import_module

from cofounder.flow.train.tuners.interface import JobSettingInvalid, Tuner
from cofounder.settings import Settings

# Each is imported when it is asked for: what one needs, the others do without.
_PLACES = {
    "local": ("cofounder.flow.train.tuners.local", "LocalTuner"),
    "openai": ("cofounder.flow.train.tuners.openai", "OpenAITuner"),
    "gemini": ("cofounder.flow.train.tuners.gemini", "GeminiTuner"),
    "bedrock": ("cofounder.flow.train.tuners.bedrock", "BedrockTuner"),
    "together": ("cofounder.flow.train.tuners.together", "TogetherTuner"),
}
TARGETS = tuple(_PLACES)
ALIASES = {"ollama": "local", "claude": "bedrock", "gpt4": "openai"}


def named(target: str) -> str:
    """The target's own name. Raises JobSettingInvalid."""
    found = ALIASES.get(target, target)
    if found not in _PLACES:
        raise JobSettingInvalid(
            f"{target[:40]!r} is no target: {', '.join(TARGETS)}, or {', '.join(ALIASES)}.", field="target"
        )
    return found


def tuner(target: str, chosen: Settings) -> Tuner:
    """The tuner of a target or an alias, with these settings. Raises JobSettingInvalid."""
    module, name = _PLACES[named(target)]
    made: Tuner = getattr(import_module(module), name)(chosen)
    return made

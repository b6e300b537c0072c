"""Base models that are here: the one that is set, and those in the hub's cache."""

import json
import os
from pathlib import Path

from cofounder.flow.train.tuners.interface import BaseModel
from cofounder.settings import Settings


def listed(chosen: Settings) -> tuple[BaseModel, ...]:
    """Models that can be named without a download. They never end."""
    found = {}
    if chosen.local_base_model:
        found[chosen.local_base_model] = "The one that is set."
    for name in _cached(_cache()):
        found.setdefault(name, "In the hub's cache on this machine.")
    return tuple(BaseModel(name, None, ("sft", "dpo"), note) for name, note in found.items())


def _cache() -> Path:
    """Where the hub's own library keeps models."""
    if os.environ.get("HF_HUB_CACHE"):
        return Path(os.environ["HF_HUB_CACHE"])
    home = (
        os.environ.get("HF_HOME") or Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "huggingface"
    )
    return Path(home).expanduser() / "hub"


def _cached(cache: Path) -> list[str]:
    """Names of text models in the cache, in order."""
    found = []
    try:
        places = sorted(cache.glob("models--*"))
    except OSError:
        return []
    for place in places:
        for config in place.glob("snapshots/*/config.json"):
            try:
                kinds = json.loads(config.read_text(encoding="utf-8")).get("architectures") or []
            except (OSError, ValueError, AttributeError):
                continue
            if any(str(kind).endswith("ForCausalLM") for kind in kinds):
                found.append(place.name.removeprefix("models--").replace("--", "/"))
                break
    return found

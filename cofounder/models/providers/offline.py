"""The built-in model, for whoever wants it behind the same interface as the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cofounder.settings import Settings

if TYPE_CHECKING:
    from pydantic_ai.models import Model


def require(chosen: Settings) -> str:
    """It needs nothing."""
    return ""


def build(name: str, chosen: Settings) -> Model:
    """Always there."""
    from cofounder.models.offline.model import OfflineModel

    return OfflineModel()

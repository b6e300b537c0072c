"""Which model answers, and why."""

from cofounder.flow.request.chat.errors import ModelUnknown
from cofounder.flow.request.chat.schemas import ModelOut, Price


def check(model: str | None) -> None:
    """Refuse a name that no model has. Raises ModelUnknown."""
    if model is not None and not model.strip():
        raise ModelUnknown(field="model")


async def models() -> list[ModelOut]:
    """Every model that can be asked, the configured ones first."""
    return [
        ModelOut(
            id="offline",
            name="Built-in",
            provider="offline",
            price=Price(input=0, output=0),
            reachable=True,
            why_not=None,
        )
    ]

"""The scene of one text: every slot a clause may use, and which item of knowledge each slot tells."""

from dataclasses import dataclass, field

from cofounder.models.offline.views import View
from cofounder.models.offline.when import When


@dataclass
class Scene:
    """What can be said. `slots`: name -> text; `tells`: name -> item key; `marks`: conditions that hold."""

    views: list[View]
    lead: View | None
    slots: dict[str, str] = field(default_factory=dict)
    tells: dict[str, str] = field(default_factory=dict)
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)  # slots that tell several items
    marks: set[str] = field(default_factory=set)
    others: list[View] = field(default_factory=list)  # with a change, after the lead
    levels: list[View] = field(default_factory=list)  # without one
    required: set[str] = field(default_factory=set)  # items that a full text must tell
    when: When | None = None

    def put(self, name: str, text: str | None, item: str | None = None) -> None:
        """Adds a slot; an absent text adds nothing, so that clauses needing it are not chosen."""
        if text is None:
            return
        self.slots[name] = text
        if item is not None:
            self.tells[name] = item

    def word(self, name: str) -> str:
        """A slot's text, the first where it holds alternatives; empty where the scene has no such slot."""
        return self.slots.get(name, "").split("|")[0]

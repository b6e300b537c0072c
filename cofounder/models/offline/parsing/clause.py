"""One clause of a request: what is known where it stands, and what it was found to ask for."""

from dataclasses import dataclass, field

from cofounder.models.intent import ActionKind

TEXT_KINDS: tuple[ActionKind, ...] = (
    "edit_text",
    "shorten_text",
    "restyle_text",
    "summarise_text",
    "check_compliance",
    "publish_text",
)
WRITE_KINDS: tuple[ActionKind, ...] = ("create_post", "create_thread", "write_article", "write_email", "headlines")
FIGURE_KINDS: tuple[ActionKind, ...] = ("analyse_metrics", "compare_metrics", "forecast_metrics")


@dataclass(frozen=True, slots=True)
class Context:
    """What else is known where a part stands."""

    has_text: bool = False  # the request comes with a given text
    timed: bool = False  # the part names a period
    versus: bool = False  # it sets one period against another
    placed: bool = False  # it names a channel to go to
    before: tuple[ActionKind, ...] = ()  # what earlier parts asked for
    low: str = ""  # the whole instruction


@dataclass(slots=True)
class Found:
    """What a part asks for. No kinds and `unmade` set: it asks for something the product does not do."""

    kinds: list[tuple[ActionKind, str]] = field(default_factory=list)  # with the words that say so
    sure: float = 0.95
    unmade: str | None = None
    topic_at: int | None = None  # where in the part the topic begins, when the verb settles it
    refers: bool = False  # "it", "this": what an earlier part makes

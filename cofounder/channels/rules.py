"""The rules of each channel: the room it gives and what its readers take for spam. Starting values, kept as data."""

from dataclasses import dataclass

from cofounder.channels.naming import CHANNELS, THREAD, canonical, is_thread
from cofounder.kit.errors import CofounderError
from cofounder.models.brief import ChannelForm


class UnknownChannel(CofounderError):
    """There is no such channel."""

    status = 422
    hint = "Channels: " + ", ".join(CHANNELS) + "."


@dataclass(frozen=True)
class ChannelRules:
    """A channel's form and what lies beyond it: the hard limit, the wanted length, the fold, the sizes of its lines."""

    label: str  # as people write it
    form: ChannelForm
    limit: int | None = None  # characters the channel takes, of one post; the form's own may be tighter
    characters: tuple[int, int] | None = None  # wanted, where the channel is short
    links: int = 1
    subject: tuple[int, int] | None = None  # characters
    title: int | None = None  # characters at most
    grade: tuple[float, float] = (1.0, 9.0)  # Flesch-Kincaid grade its readers take easily
    personal: bool = True  # readers expect to be spoken to


def _form(channel: str, **fields: object) -> ChannelForm:
    return ChannelForm.model_validate({"channel": channel, **fields})


_RULES: dict[str, ChannelRules] = {
    "linkedin": ChannelRules(
        label="LinkedIn",
        form=_form(
            "linkedin",
            words=(80, 180),
            max_characters=3_000,
            first_line_characters=140,  # what the phone shows before "…see more"
            paragraphs=(3, 5),
            hashtags=(0, 3),
            facts=(2, 5),
        ),
        limit=3_000,
    ),
    "x": ChannelRules(
        label="X",
        form=_form(
            "x",
            words=(20, 48),
            max_characters=280,
            paragraphs=(1, 3),
            hashtags=(0, 1),
            facts=(1, 1),
            call_to_action=False,
        ),
        limit=280,
        characters=(140, 250),
    ),
    THREAD: ChannelRules(
        label="X thread",
        form=_form(
            THREAD,
            words=(60, 240),
            max_characters=260,  # each post: room for a reply's mention
            paragraphs=(3, 12),
            hashtags=(0, 1),
            facts=(3, 6),
            parts=(3, 6),
        ),
        limit=280,
    ),
    "facebook": ChannelRules(
        label="Facebook",
        form=_form(
            "facebook",
            words=(40, 90),
            max_characters=63_206,
            first_line_characters=125,
            paragraphs=(1, 2),
            hashtags=(0, 1),
            facts=(1, 2),
        ),
        limit=63_206,
    ),
    "email": ChannelRules(
        label="E-mail",
        form=_form("email", words=(120, 250), paragraphs=(3, 9), facts=(3, 5), has_subject=True),
        subject=(25, 45),
        grade=(1.0, 10.0),
    ),
    "blog": ChannelRules(
        label="Blog",
        form=_form("blog", words=(300, 810), paragraphs=(6, 60), facts=(5, 9), has_title=True),
        links=12,
        title=60,
        grade=(1.0, 11.0),
        personal=False,
    ),
    "webhook": ChannelRules(
        label="Webhook", form=_form("webhook", words=(60, 200), paragraphs=(1, 6), hashtags=(0, 3), facts=(1, 5))
    ),
    "outbox": ChannelRules(
        label="Outbox", form=_form("outbox", words=(60, 200), paragraphs=(1, 6), hashtags=(0, 3), facts=(1, 5)), links=3
    ),
}


def rules(channel: str, *, thread: bool = False) -> ChannelRules:
    """The rules of a channel by any of its names; a thread has its own. Raises UnknownChannel."""
    name = canonical(channel)
    if name is None:
        raise UnknownChannel(f"There is no channel called {channel!r}.", field="channel")
    return _RULES[THREAD if name == "x" and (thread or is_thread(channel)) else name]


def called(channel: str) -> str:
    """What people call a channel ("linkedin" -> "LinkedIn"); what is no channel keeps its name."""
    name = canonical(channel)
    return channel if name is None else _RULES[name].label


def form(channel: str, *, thread: bool = False) -> ChannelForm:
    """The room a channel gives a writer. Raises UnknownChannel."""
    return rules(channel, thread=thread).form

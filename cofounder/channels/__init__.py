"""Channels: what room each one gives and how a draft becomes the exact bytes it is sent.

In: a channel's name and a draft. Out: its form, its rendered text, a preview for a terminal; under `senders/`, a
receipt of what was sent. Never: here, opens a connection or changes a word (rules and rendering are pure).
"""

from cofounder.channels.counting import length
from cofounder.channels.naming import CHANNELS, canonical
from cofounder.channels.preview import preview
from cofounder.channels.rendered import Rendered
from cofounder.channels.rendering import render
from cofounder.channels.rules import ChannelRules, UnknownChannel, called, form, rules

__all__ = [
    "CHANNELS",
    "ChannelRules",
    "Rendered",
    "UnknownChannel",
    "called",
    "canonical",
    "form",
    "length",
    "preview",
    "render",
    "rules",
]

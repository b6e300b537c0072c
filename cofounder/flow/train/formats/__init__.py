"""Formats of training files, one file a format: what a line looks like outside, and how it is read back.

In: a chat line, or a pair of answers to one request. Out: the same as bytes of a provider's format, and back again.
Never: opens a file or a database; changes a word of a message; writes what it could not read back.
"""

from cofounder.flow.train.formats.formats import FORMATS, Format, FormatUnknown, of_name
from cofounder.flow.train.formats.limits import TARGETS, Limits
from cofounder.flow.train.formats.lines import Line, LineUnfit, Message, Pair, dumped, loaded, messages_of

__all__ = [
    "FORMATS",
    "TARGETS",
    "Format",
    "FormatUnknown",
    "Limits",
    "Line",
    "LineUnfit",
    "Message",
    "Pair",
    "dumped",
    "loaded",
    "messages_of",
    "of_name",
]

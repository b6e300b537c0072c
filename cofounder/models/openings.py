"""How a text opens: one small measure that history and writer share. Pure."""

import re
from typing import Literal

Opening = Literal["question", "number"]

_FIRST = re.compile(r".+?(?:[.!?](?=[\"”')\]]?(?:\s|$))[\"”')\]]?|\n|$)", re.DOTALL)
_DIGIT = re.compile(r"\d")


def first_sentence(text: str) -> str:
    """The first sentence or line of a text."""
    found = _FIRST.match(text.strip())
    return found.group(0).strip() if found else ""


def opens_with(text: str) -> set[Opening]:
    """What the first sentence is: one that asks, one that holds a figure, both, or neither."""
    first = first_sentence(text)
    found: set[Opening] = set()
    if first.rstrip("\"”')]").endswith("?"):
        found.add("question")
    if _DIGIT.search(first):
        found.add("number")
    return found

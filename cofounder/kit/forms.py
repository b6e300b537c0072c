"""Patterns that a text has to have, each with the sentence for a person who wrote something else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import GetJsonSchemaHandler
from pydantic_core import CoreSchema

from cofounder.settings import ORIGIN, REGION, SCHEMA_NAME

_SENTENCES: dict[str, str] = {}


def form(pattern: str, sentence: str) -> str:
    """The pattern, for a field's `pattern`. `sentence` says what to write, without a full stop, as Pydantic's own do."""
    if _SENTENCES.setdefault(pattern, sentence) != sentence:
        raise ValueError(f"{pattern} has a sentence already: {_SENTENCES[pattern]}")
    return pattern


@dataclass(frozen=True)
class Declared:
    """Says more of a type in the OpenAPI than Pydantic knows; what is taken, and how it is refused, stays as it was.

    For what a validator checks with words of its own: `Annotated[str, AfterValidator(f), Declared({"pattern": "\\S"})]`.
    """

    keywords: Mapping[str, Any] = field(hash=False)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return handler(schema) | dict(self.keywords)


def complaint(fault: Mapping[str, Any]) -> str:
    """What is wrong, of one of the errors of Pydantic, as a person reads it."""
    if fault["type"] == "string_pattern_mismatch":
        pattern = str((fault.get("ctx") or {}).get("pattern"))
        return _SENTENCES.get(pattern, str(fault["msg"]))
    return str(fault["msg"]).removeprefix("Value error, ")


ONE_LINE = form(r"^[^\x00-\x1f\x7f]+$", "Write it in one line, without control characters")
AS_GIVEN = form(r"^[!-~]+$", "Write it as you were given it: letters, digits and signs, without blanks")
NAMED = form(
    r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,79}$",
    "Write letters, digits, blanks, dots, - and _, 80 at most, a letter or digit first",
)
CURRENCY = form(r"^[A-Z]{3}$", "Write a currency as three capital letters, as USD")
SHA256 = form(r"^[0-9a-f]{64}$", "Write its 64 characters of 0-9 and a-f")
form(SCHEMA_NAME, "Write a-z, 0-9 and _, 63 at most, no digit first")
form(ORIGIN, "Write https:// and the name alone, without a path")
form(REGION, "Write a-z, 0-9 and -, as us-east-1")

"""One base error for everything a person can do wrong or the world can refuse."""

import re
from typing import Any, ClassVar


class CofounderError(Exception):
    """Something went wrong that a person can be told about.

    The class name in snake_case is the wire code; the docstring's first line is the title.
    `field` names the input at fault, `hint` says what to do next.
    """

    status: ClassVar[int] = 400
    hint: ClassVar[str] = ""

    def __init__(
        self,
        detail: str = "",
        *,
        field: str | None = None,
        hint: str | None = None,
        errors: list[dict[str, str]] | None = None,
        **extra: Any,
    ) -> None:
        self.detail = detail or self.title()
        self.field = field
        self.advice = hint if hint is not None else type(self).hint
        self.errors = errors or ([{"field": field, "message": self.detail}] if field else [])
        self.extra = extra
        super().__init__(self.detail)

    @classmethod
    def code(cls) -> str:
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    @classmethod
    def title(cls) -> str:
        return (cls.__doc__ or cls.__name__).strip().splitlines()[0]

    def problem(self) -> dict[str, Any]:
        """The body of an application/problem+json answer."""
        return {
            "type": f"urn:cofounder:error:{self.code()}",
            "title": self.title(),
            "status": self.status,
            "detail": self.detail,
            "code": self.code(),
            "hint": self.advice,
            "errors": self.errors,
            **self.extra,
        }


class InputInvalid(CofounderError):
    """The input does not fit."""

    status = 422


class NotAllowed(CofounderError):
    """Your role does not allow this."""

    status = 403
    hint = "Ask an admin for the role that is named."


class NotSignedIn(CofounderError):
    """No valid key came with the request."""

    status = 401
    hint = "Send an API key: Authorization: Bearer KEY. Make one with: cofounder keys create NAME --role ROLE"


class NotFound(CofounderError):
    """There is nothing with this id."""

    status = 404


class Conflict(CofounderError):
    """The thing changed or is not in a state that allows this."""

    status = 409

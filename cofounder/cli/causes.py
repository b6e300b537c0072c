"""Errors of libraries that a person can do something about, in our words."""

import errno
import re
from typing import TYPE_CHECKING

from cofounder.kit.errors import CofounderError, InputInvalid
from cofounder.kit.forms import complaint

if TYPE_CHECKING:
    from pydantic import ValidationError


_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_STATEMENT = re.compile(r"\s*\[SQL: |\s*\(Background on this error")
_CLASSES = re.compile(r"^(?:\([\w.]+\)\s*|<class '[\w.]+'>:?\s*)+")


class SettingUnreadable(InputInvalid):
    """An environment variable does not fit."""


class FileTrouble(CofounderError):
    """A file or folder cannot be used."""

    status = 422


def explain(error: BaseException) -> CofounderError | None:
    """Our error for a library's, or None when it is nothing that we know."""
    from pydantic import ValidationError

    from cofounder.cli import database_url
    from cofounder.kit.db import is_full, is_out_of_reach, out_of_reach

    if isinstance(error, ValidationError):
        return _of_validation(error)
    if isinstance(error, CofounderError):
        return error
    if is_full(error):
        return out_of_reach(error)
    name = f"{type(error).__module__}.{type(error).__name__}"
    if name.startswith(("asyncpg.", "psycopg.", "sqlalchemy.")) and (_is_connection(error) or is_out_of_reach(error)):
        return database_url.unreached(_said(error))
    if isinstance(error, ConnectionError):
        return database_url.unreached(_said(error))
    if isinstance(error, OSError) and (error.filename is not None or error.errno in _FULL):
        return FileTrouble(f"{error.filename or 'What was to be written'}: {error.strerror}")
    return None


def plain(error: BaseException) -> str:
    """An error's own words without the statement and the values that a database library puts behind them."""
    return _STATEMENT.split(str(error), maxsplit=1)[0].strip()


def _of_validation(error: "ValidationError") -> CofounderError:
    found = [
        {"field": ".".join(str(part) for part in one["loc"]) or error.title, "message": complaint(one)}
        for one in error.errors(include_url=False, include_input=False)
    ]
    kind: type[InputInvalid] = InputInvalid
    if error.title == "Settings":
        kind, found = SettingUnreadable, [{**one, "field": _variable(one["field"])} for one in found]
    return kind(found[0]["message"], field=found[0]["field"], errors=found)


def _variable(field: str) -> str:
    return field if field.isupper() else f"COFOUNDER_{field.upper()}"


def _is_connection(error: BaseException) -> bool:
    words = f"{type(error).__name__} {error}".lower()
    return any(word in words for word in ("connect", "operationalerror", "shutting down", "password", "does not exist"))


def _said(error: BaseException) -> str:
    """A library's own words, without the class names that it puts before them."""
    return _CLASSES.sub("", str(error).strip()) or "The connection was lost."

"""JSON schemas that others wrote: whether one can be used, and whether a value fits it.

Comes in: a schema of an agent, a plan's tool or another server, and a value. Goes out: what is wrong, in words. Nothing
a schema says takes long or leaves this process: patterns run on an engine whose time grows with the text and not with
the pattern's branches, references are never fetched, and the work is counted before it is begun.
"""

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

SCHEMA_CHARACTERS = 64_000
KEPT_CHARACTERS = 16_000  # of a schema that is kept looked at
DEPTH = 40
VALUE_DEPTH = 100
WORK = 20_000_000  # checks of one keyword at one place: some 10 ns each
EXPLAINED = 200_000  # up to so many, every fault is named with its place: some 7 µs each
UNFOLDED = 50_000  # checks at a single value; a schema that takes more can only mean harm
PATTERN_BYTES = (16_000, 128_000, 1_000_000)  # compiled; the largest is refused beyond
PATTERN_WORK = 10_000_000_000  # compiled bytes x characters held against them: some 0.1 s per 1,000,000,000
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_AT_ONCE = ("allOf", "anyOf", "oneOf")
_HERE = ("not", "if", "then", "else")
_ITEMS = ("contains", "unevaluatedItems")
_MEMBERS = ("additionalProperties", "unevaluatedProperties", "propertyNames")


class Wrong(NamedTuple):
    """What does not fit, and where in the value."""

    path: tuple[str | int, ...]
    message: str


class Unusable(Exception):
    """A schema that cannot be followed, or not in a bearable time; its text says why."""


def fault(schema: Any) -> str | None:
    """Why nothing can be held against this schema; None: it is sound."""
    try:
        _sound(schema)
        _compiled(schema)
    except Unusable as error:
        return str(error)
    return None


def wrongs(value: Any, schema: Any, *, most: int = 20) -> list[Wrong]:
    """What does not fit, at most `most` of it; empty: the value fits. Raises Unusable."""
    from jsonschema_rs import ValidationError

    known = _looked_at(schema)
    nodes, characters, height = _measured(value)
    if height > VALUE_DEPTH:
        return [Wrong((), f"It is nested more than {VALUE_DEPTH} deep.")]
    keywords, patterns = known.at(height)
    work = nodes * keywords
    if work > WORK or characters * patterns > PATTERN_WORK:
        raise Unusable("This value is too large to be held against a schema that asks so much of it.")
    checked = known.checked
    try:
        if checked.is_valid(value):
            return []
        if work <= EXPLAINED:
            found = [Wrong(tuple(one.instance_path), one.message) for one in checked.iter_errors(value)]
            return found[:most]
        if not any(name in one for one in _parts(schema) for name in ("anyOf", "oneOf")):
            checked.validate(value)
    except UnicodeEncodeError:
        return [Wrong((), "It holds half of a character (a lone surrogate).")]
    except ValidationError as error:
        return [Wrong(tuple(error.instance_path), error.message)]
    return [Wrong((), "It does not fit its schema, and is too large to say where.")]


def refers_away(schema: Any) -> str | None:
    """The first reference of a schema that leads out of it; None: there is none."""
    for one in _parts(schema):
        for name in ("$ref", "$dynamicRef", "$recursiveRef"):
            if isinstance(one.get(name), str) and not one[name].startswith("#"):
                return str(one[name])[:200]
    return None


def unstorable(value: Any) -> str | None:
    """What in a value from elsewhere neither JSON nor PostgreSQL can hold; None: it can be kept."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting.extend(one.values())
            waiting.extend(one)
        elif isinstance(one, list):
            waiting.extend(one)
        elif isinstance(one, str) and (found := _UNSTORABLE.search(one)) is not None:
            return "a NUL character" if found[0] == "\x00" else "half a surrogate pair"
        elif isinstance(one, float) and not math.isfinite(one):
            return "a number that is not finite"
    return None


class _LookedAt:
    """A sound schema, compiled when first asked, with the work that it asks for by the height of a value. Raises Unusable."""

    def __init__(self, schema: Any) -> None:
        _sound(schema)
        self.schema = schema
        self._work: dict[int, tuple[int, int]] = {}

    @cached_property
    def checked(self) -> Any:
        return _compiled(self.schema)

    def at(self, height: int) -> tuple[int, int]:
        """(keywords, bytes of patterns) along any one path."""
        if height not in self._work:
            self._work[height] = (_along(self.schema, height, _keywords), _along(self.schema, height, _patterns))
        return self._work[height]


def _looked_at(schema: Any) -> _LookedAt:
    """The same schemas come with every plan: what was looked at once is found by its text."""
    try:
        text = json.dumps(schema)
    except (TypeError, ValueError, RecursionError):
        return _LookedAt(schema)
    return _of_text(text) if len(text) <= KEPT_CHARACTERS else _LookedAt(schema)


@lru_cache(maxsize=256)
def _of_text(text: str) -> _LookedAt:
    return _LookedAt(json.loads(text))


def _sound(schema: Any) -> None:
    """Everything that can be said before an engine is asked. Raises Unusable."""
    if isinstance(schema, bool):
        return
    if not isinstance(schema, dict):
        raise Unusable("It is no JSON schema: that would be an object.")
    _, characters, depth = _measured(schema)
    if depth > 2 * DEPTH:  # a part stands in a part by way of one more object or list
        raise Unusable(f"It is nested more than {DEPTH} deep.")
    if characters > SCHEMA_CHARACTERS:
        raise Unusable(f"It has {characters:,} characters; at most {SCHEMA_CHARACTERS:,} are taken.")
    if (what := unstorable(schema)) is not None:
        raise Unusable(f"It holds {what}, which cannot be kept.")
    if (away := refers_away(schema)) is not None:
        raise Unusable(f"It refers to another place: {away}")
    for one in _parts(schema):
        if one is not schema and isinstance(one.get("$id"), str):
            raise Unusable("A part of it has an $id of its own, which is not followed.")
        for name in ("$dynamicRef", "$recursiveRef"):
            if isinstance(one.get(name), str):
                raise Unusable(f"It uses {name}, which is not followed; name the part by $ref.")
    if _along(schema, 3, _keywords) > UNFOLDED:
        raise Unusable("Its parts refer to each other so often that it unfolds without an end.")
    for pattern in _all_patterns(schema):
        _bytes(pattern)


def _compiled(schema: Any) -> Any:
    from jsonschema_rs import Draft202012Validator, ReferencingError, RegexOptions, ValidationError

    options = RegexOptions(size_limit=PATTERN_BYTES[-1], dfa_size_limit=2_000_000)
    try:
        return Draft202012Validator(schema, pattern_options=options, validate_formats=False, offline=True)
    except ValidationError as error:
        where = ".".join(map(str, error.instance_path))
        raise Unusable(f"It is no JSON schema: {f'{where}: ' if where else ''}{error.message[:200]}") from None
    except (ReferencingError, ValueError) as error:
        raise Unusable(f"It is no JSON schema: {str(error)[:200]}") from None


def _parts(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a schema; without recursion, for it may be deep indeed."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)


def _measured(value: Any) -> tuple[int, int, int]:
    """(places, characters, how deep lists and objects stand inside each other)."""
    nodes, characters, depth, level = 0, 0, 0, [value]
    while level:
        inner: list[Any] = []
        for one in level:
            nodes += 1
            if isinstance(one, dict):
                characters += sum(len(name) for name in one)
                inner.extend(one.values())
            elif isinstance(one, list | tuple):
                inner.extend(one)
            elif isinstance(one, str):
                characters += len(one)
        depth += 1
        if depth > 3 * VALUE_DEPTH:
            break
        level = inner
    return nodes, characters, depth - 1


def _along(schema: Any, height: int, own: Callable[[dict[str, Any]], int]) -> int:
    """The most that `own` comes to along any one path through a value of this height. Raises Unusable.

    Times the places of the value it bounds the work: what stands side by side in one place is added up, of members
    and items the dearest one counts, because a path goes through only one of them.
    """
    try:
        return _Counted(schema, own).at(schema, height)
    except RecursionError:
        raise Unusable("Its parts refer to each other in too long a row.") from None


class _Counted:
    """One count over a schema, each part once for each height."""

    def __init__(self, root: Any, own: Callable[[dict[str, Any]], int]) -> None:
        self.root, self.own = root, own
        self.known: dict[tuple[int, int], int | None] = {}

    def at(self, part: Any, height: int) -> int:
        if not isinstance(part, dict):
            return 1
        key = (id(part), height)
        if key in self.known:
            found = self.known[key]
            if found is None:
                raise Unusable("It refers to itself without an end.")
            return found
        self.known[key] = None
        here = sum(self.at(one, height) for one in self._here(part))
        if "unevaluatedProperties" in part or "unevaluatedItems" in part:
            here *= 2  # it asks them again, to know what they saw
        below = self._below(part, height - 1) if height > 0 else 0
        found = min(self.own(part) + here + below, 10**15)
        self.known[key] = found
        return found

    def _here(self, part: dict[str, Any]) -> Iterator[Any]:
        if isinstance(part.get("$ref"), str):
            yield self._named(part["$ref"])
        for name in _AT_ONCE:
            yield from _list(part.get(name))
        for name in _HERE:
            if name in part:
                yield part[name]
        yield from _dict(part.get("dependentSchemas")).values()
        yield from _dict(part.get("dependencies")).values()

    def _below(self, part: dict[str, Any], height: int) -> int:
        named = max((self.at(one, height) for one in _dict(part.get("properties")).values()), default=0)
        matched = sum(self.at(one, height) for one in _dict(part.get("patternProperties")).values())
        members = sum(self.at(part[name], height) for name in _MEMBERS if name in part)
        rest = [part["items"]] if "items" in part else []
        item = max((self.at(one, height) for one in (*_list(part.get("prefixItems")), *rest)), default=0)
        items = sum(self.at(part[name], height) for name in _ITEMS if name in part)
        return max(named + matched + members, item + items)

    def _named(self, reference: str) -> Any:
        """The part a reference names. Raises Unusable where there is none."""
        from urllib.parse import unquote

        here: Any = self.root
        if reference.rstrip("#") and not reference.startswith("#/"):
            raise Unusable(f"It refers to {reference[:100]!r}; only '#/…' within it is followed.")
        for key in unquote(reference).split("/")[1:]:
            key = key.replace("~1", "/").replace("~0", "~")
            if isinstance(here, list) and key.isdecimal() and int(key) < len(here):
                here = here[int(key)]
            elif isinstance(here, dict) and key in here:
                here = here[key]
            else:
                raise Unusable(f"It refers to {reference[:100]!r}, which it does not have.")
        return here


def _keywords(part: dict[str, Any]) -> int:
    """How much a part asks at one place by itself."""
    return 1 + len(part) + sum(len(one) for one in part.values() if isinstance(one, dict | list))


def _patterns(part: dict[str, Any]) -> int:
    """How large the patterns of a part are, in compiled bytes."""
    return sum(_bytes(one) for one in _own_patterns(part))


def _own_patterns(part: dict[str, Any]) -> Iterator[str]:
    if isinstance(part.get("pattern"), str):
        yield part["pattern"]
    yield from _dict(part.get("patternProperties"))


def _all_patterns(schema: Any) -> set[str]:
    return {pattern for part in _parts(schema) for pattern in _own_patterns(part)}


def _bytes(pattern: str) -> int:
    """The room a pattern needs once compiled. Raises Unusable for one that this engine does not know."""
    from jsonschema_rs import Draft202012Validator, RegexOptions, ValidationError

    for size in PATTERN_BYTES:
        try:
            Draft202012Validator(
                {"pattern": pattern}, pattern_options=RegexOptions(size_limit=size, dfa_size_limit=2_000_000)
            )
        except ValidationError:
            continue
        return size
    raise Unusable(
        f"The pattern {pattern[:100]!r} cannot be used: it is none, asks what stands before or behind a place or what "
        "matched earlier (look-around, back-references), or is too large."
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}

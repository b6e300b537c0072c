"""Statements that are asked again and again: compiled once, and asked of the driver itself.

Around each statement SQLAlchemy does five times the work of the driver. A statement that is `kept`, built once with
its values bound by name, is spared that in the sessions of `kit.db`: asyncpg is asked, and rows are made of what it
says as SQLAlchemy would make them. In any other session it is a statement like every other.
"""

import weakref
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from operator import itemgetter
from typing import Any, TypeVar, cast

from sqlalchemy import Dialect, Executable, Select, TextClause, TextualSelect, inspect
from sqlalchemy.engine import IteratorResult, Result
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.orm import Mapper, instrumentation, make_transient_to_detached
from sqlalchemy.sql.dml import UpdateBase

Statement = TypeVar("Statement", bound=Executable)
Make = Callable[[Any], Any] | None
_plans: "weakref.WeakKeyDictionary[Executable, Plan | None]" = weakref.WeakKeyDictionary()

_loose: "weakref.WeakSet[Executable]" = weakref.WeakSet()


def kept(statement: Statement, *, loose: bool = False) -> Statement:
    """The statement, from now on asked straight. It is built once, and its values come by name.

    `loose`: nobody changes the rows that it gives, so they need not be a transaction's own there either.
    """
    _plans[statement] = None
    if loose:
        _loose.add(statement)
    return statement


def is_kept(statement: Executable, given: Any) -> bool:
    """Whether it may be asked straight; one that is given many rows at once may not."""
    return statement in _plans and (given is None or isinstance(given, Mapping))


def plan(statement: Executable, dialect: Dialect) -> "Plan":
    """How to ask a statement that is kept; `dialect` of an engine that has met its server."""
    found = _plans[statement]
    if found is None:
        found = _plans[statement] = Plan(statement, dialect)
    return found


class Plan:
    """A compiled statement: its text, the order of its values, and what is made of its rows."""

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        self.dialect = dialect
        self.is_text = isinstance(statement, TextClause | TextualSelect)
        self.loose = statement in _loose
        self.parts: list[Mapper[Any] | tuple[Any, Any]] | None = None  # entities, and columns by name and type
        self._describe(statement)
        compiled: Any = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        if compiled.post_compile_params or compiled.literal_execute_params:
            raise TypeError(f"A statement whose text depends on its values cannot be kept: {compiled.string}")
        if getattr(compiled, "insert_prefetch", ()) or getattr(compiled, "update_prefetch", ()):
            raise TypeError(f"A statement to which SQLAlchemy adds values cannot be kept: {compiled.string}")
        self.sql = str(compiled.string)
        self.binds = [(name, compiled.binds[name], self._binder(compiled.binds[name])) for name in compiled.positiontup]
        self.make: Callable[[Any], tuple[Any, ...]] | None = None  # known once a server has described its columns
        self.names = SimpleResultMetaData(())

    def _describe(self, statement: Any) -> None:
        """What its rows are made of: entities and columns; of a text nobody knows."""
        if isinstance(statement, Select):
            self.parts = [
                inspect(each["entity"]).mapper if each["expr"] is each["entity"] else (each["name"], each["type"])
                for each in statement.column_descriptions
            ]
        elif isinstance(statement, TextualSelect):
            self.parts = [(column.key, column.type) for column in statement.selected_columns]
        elif isinstance(statement, UpdateBase):
            self.parts = [(column.key, column.type) for column in statement.exported_columns]
        elif not isinstance(statement, TextClause):
            raise TypeError(f"A statement of this kind cannot be kept: {statement}")

    @property
    def whole(self) -> bool:
        """Whether it gives whole rows of a table."""
        return any(isinstance(part, Mapper) for part in self.parts or ())

    def _binder(self, bind: Any) -> Make:
        found: Make = bind.type.dialect_impl(self.dialect).bind_processor(self.dialect)
        return found

    def values(self, given: Mapping[str, Any]) -> list[Any]:
        """The values in the order of the text. Raises TypeError for one that is missing."""
        ordered = []
        for name, bind, binder in self.binds:
            if name in given:
                value = given[name]
            elif bind.required:
                raise TypeError(f"A value is required for {name!r}.")
            else:
                value = bind.effective_value
            ordered.append(value if binder is None else binder(value))
        return ordered

    async def ask(self, driver: Any, given: Mapping[str, Any] | None) -> Result[Any]:
        """Ask it of a connection of asyncpg. Raises what that raises."""
        if self.make is None:
            self._learn((await driver.prepare(self.sql)).get_attributes())
        records = await driver.fetch(self.sql, *self.values(given or {}))
        return IteratorResult(self.names, map(cast("Callable[[Any], Any]", self.make), records))

    def _learn(self, attributes: Sequence[Any]) -> None:
        """From what the server says of the columns: what is made of their values, and their names."""
        if self.parts is None:
            self.names = SimpleResultMetaData([one.name for one in attributes])
            self.make = tuple
            return
        left = list(enumerate(attributes))
        makers = [self._maker(part, left) for part in self.parts]
        if left:
            raise TypeError(f"It gives {len(left)} columns more than it says: {self.sql}")
        self.names = SimpleResultMetaData(
            [part.class_.__name__ if isinstance(part, Mapper) else part[0] for part in self.parts]
        )
        self.make = lambda record: tuple(make(record) for make in makers)

    def _maker(self, part: Mapper[Any] | tuple[Any, Any], left: list[tuple[int, Any]]) -> Callable[[Any], Any]:
        """What makes one part of a row out of a record; the columns that it takes are taken from those that are left."""
        if not isinstance(part, Mapper):
            return _value(*self._column(part[1], left))
        columns = []
        for attribute in part.column_attrs:
            column = attribute.columns[0]
            if left and not left[0][1].name.startswith(column.name):
                raise TypeError(f"{left[0][1].name!r} came in the place of {column.name!r}: {self.sql}")
            columns.append((attribute.key, *self._column(column.type, left)))
        return _Entity(part, columns).of

    def _column(self, type: Any, left: list[tuple[int, Any]]) -> tuple[int, Make]:
        if not left:
            raise TypeError(f"It gives fewer columns than it says: {self.sql}")
        place, one = left.pop(0)
        return place, type.dialect_impl(self.dialect).result_processor(self.dialect, one.type.oid)


def _value(place: int, make: Make) -> Callable[[Any], Any]:
    """What makes a value of one column."""
    if make is None:
        return itemgetter(place)
    return lambda record: None if record[place] is None else make(record[place])


class _Entity:
    """Makes the rows of one mapped class out of its part of a record; such a row belongs to no session."""

    def __init__(self, mapper: Mapper[Any], columns: Sequence[tuple[str, int, Make]]) -> None:
        self.mapper, self.columns = mapper, columns
        own = {mapper.get_property_by_column(one).key for one in mapper.primary_key}
        self.own = [place for key, place, _ in columns if key in own]

    @cached_property
    def new(self) -> Callable[[], Any]:
        manager = instrumentation.manager_of_class(self.mapper.class_)
        made: Callable[[], Any] = manager.new_instance
        return made

    def of(self, record: Any) -> Any:
        """The row; None where an outer join found none."""
        if all(record[place] is None for place in self.own):
            return None
        row = self.new()
        row.__dict__.update(
            {
                key: value if make is None or value is None else make(value)
                for key, place, make in self.columns
                for value in (record[place],)
            }
        )
        make_transient_to_detached(row)
        return row

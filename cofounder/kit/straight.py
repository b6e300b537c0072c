"""Statements that are asked again and again: compiled once, and asked of the driver itself.

Around each statement SQLAlchemy does five times the work of the driver. A statement that is `kept`, built once with
its values bound by name, is spared that in the sessions of `kit.db`: asyncpg is asked, and rows are made of what it
says as SQLAlchemy would make them. In any other session it is a statement like every other.
"""

import weakref
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
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
        self.whole: tuple[Mapper[Any], ...] = ()
        self.columns: list[tuple[Any, Any]] | None = None
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
        """The entities whose rows it gives, or the names and types of its columns; neither for a text."""
        if isinstance(statement, TextClause):
            return
        if isinstance(statement, Select):
            told = statement.column_descriptions
            self.whole = tuple(inspect(each["entity"]).mapper for each in told if each["expr"] is each["entity"])
            if self.whole and len(self.whole) < len(told):
                raise TypeError(f"A statement that gives entities and columns cannot be kept: {statement}")
            if not self.whole:
                self.columns = [(each["name"] or "", each["type"]) for each in told]
        elif isinstance(statement, TextualSelect):
            self.columns = [(column.key, column.type) for column in statement.selected_columns]
        elif isinstance(statement, UpdateBase):
            self.columns = [(column.key, column.type) for column in statement.exported_columns]
        else:
            raise TypeError(f"A statement of this kind cannot be kept: {statement}")

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
        """From what the server says of the columns: what their values are made into, and their names."""
        if self.whole:
            self._learn_whole(attributes)
            return
        types = [None] * len(attributes) if self.columns is None else [type for _, type in self.columns]
        names = [one.name for one in attributes] if self.columns is None else [name for name, _ in self.columns]
        makers = self._makers(types, attributes)
        self.names = SimpleResultMetaData(names)
        self.make = _row(makers)

    def _makers(self, types: Sequence[Any], attributes: Sequence[Any]) -> list[Make]:
        if len(types) != len(attributes):
            raise TypeError(f"It gives {len(attributes)} columns, not {len(types)}: {self.sql}")
        return [
            None if type is None else type.dialect_impl(self.dialect).result_processor(self.dialect, one.type.oid)
            for type, one in zip(types, attributes, strict=True)
        ]

    def _learn_whole(self, attributes: Sequence[Any]) -> None:
        columns = [
            (mapper, attribute.key, attribute.columns[0]) for mapper in self.whole for attribute in mapper.column_attrs
        ]
        for (_, _, column), one in zip(columns, attributes, strict=True):
            if one.name != column.name and not one.name.startswith(f"{column.name}_"):
                raise TypeError(f"{one.name!r} came in the place of {column.name!r}: {self.sql}")
        makers = self._makers([column.type for _, _, column in columns], attributes)
        entities, start = [], 0
        for mapper in self.whole:
            keys = [attribute.key for attribute in mapper.column_attrs]
            entities.append(_Entity(mapper, keys, makers[start : start + len(keys)], start))
            start += len(keys)
        self.names = SimpleResultMetaData([mapper.class_.__name__ for mapper in self.whole])
        self.make = lambda record: tuple(entity.of(record) for entity in entities)


def _row(makers: Sequence[Make]) -> Callable[[Any], tuple[Any, ...]]:
    if not any(makers):
        return tuple
    return lambda record: tuple(
        value if make is None or value is None else make(value) for value, make in zip(record, makers, strict=True)
    )


class _Entity:
    """Makes the rows of one mapped class out of its part of a record; such a row belongs to no session."""

    def __init__(self, mapper: Mapper[Any], keys: Sequence[str], makers: Sequence[Make], start: int) -> None:
        self.mapper, self.start = mapper, start
        self.columns = [(start + place, key, make) for place, (key, make) in enumerate(zip(keys, makers, strict=True))]
        self.own = [start + keys.index(mapper.get_property_by_column(one).key) for one in mapper.primary_key]

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
                for place, key, make in self.columns
                for value in (record[place],)
            }
        )
        make_transient_to_detached(row)
        return row

"""The site's visits as books: what came through publications, through other posts, and what nobody can place.

A report is the rows that are split by the same columns (source and campaign; page alone). Reports are views of the same
visits, so that they are never added up. In each report every row stands in one place, and the parts make the whole.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.derive import queries
from cofounder.business.derive.attributed import parts_of
from cofounder.kit.http import Shown

MOST = 200  # publications listed of a report


class Figures(Shown):
    """Sums; null where no row says. Money of several currencies is not added up."""

    sessions: int | None
    conversions: int | None
    revenue: dict[str, float] = Field(description="By currency; an empty name where the report says none.")
    rows: int


class OfPublication(Figures):
    """What came through the links of one publication."""

    publication_id: UUID
    task_id: UUID | None
    channel: str
    title: str | None
    first_day: date
    last_day: date


class Book(Figures):
    """One report: the whole, and its three parts, which make it."""

    split_by: list[str] = Field(description="What its rows are split by; none: the site as a whole.")
    first_day: date
    last_day: date
    publications: Figures = Field(description="Through what went out from here.")
    other_posts: Figures = Field(description="Through posts that were imported.")
    not_attributed: Figures = Field(description="Matched to no post.")
    items: list[OfPublication] = Field(description=f"The publications, most visits first; at most {MOST}.")


class Books(Shown):
    """The site's visits of these days, as of a time, by report: first the ones in which publications were found."""

    as_of: datetime
    since: date
    until: date
    reports: list[Book]


async def books(session: AsyncSession, *, as_of: datetime, since: date, until: date) -> Books:
    """Every report of these days, both included, as it was known then."""
    rows = await queries.books(session, as_of=as_of, since=since, until=until)
    made = [_book(split, part) for split, part in _grouped(rows, lambda row: row["split_by"]).items()]
    made.sort(key=lambda one: (not one.items, len(one.split_by), one.split_by))
    return Books(as_of=as_of, since=since, until=until, reports=made)


def _book(split: int, rows: list[Mapping[str, Any]]) -> Book:
    ours = [row for row in rows if row["publication_id"] is not None]
    others = [row for row in rows if row["post_id"] is not None and row["publication_id"] is None]
    items = [_item(part) for part in _grouped(ours, lambda row: row["publication_id"]).values()]
    items.sort(key=lambda one: (-(one.sessions or 0), str(one.publication_id)))
    return Book(
        **_sums(rows),
        split_by=parts_of(split),
        first_day=min(row["first_day"] for row in rows),
        last_day=max(row["last_day"] for row in rows),
        publications=Figures(**_sums(ours)),
        other_posts=Figures(**_sums(others)),
        not_attributed=Figures(**_sums([row for row in rows if row["post_id"] is None])),
        items=items[:MOST],
    )


def _item(rows: list[Mapping[str, Any]]) -> OfPublication:
    first = rows[0]
    return OfPublication(
        **_sums(rows),
        publication_id=first["publication_id"],
        task_id=first["task_id"],
        channel=first["platform"],
        title=first["title"],
        first_day=min(row["first_day"] for row in rows),
        last_day=max(row["last_day"] for row in rows),
    )


def _sums(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Money is added exactly, and rounded once."""
    kept = list(rows)
    money: dict[str, Decimal] = {}
    for row in kept:
        if row["revenue"] is not None:
            name = row["currency"] or ""
            money[name] = money.get(name, Decimal(0)) + row["revenue"]
    return {
        "sessions": _whole(row["sessions"] for row in kept),
        "conversions": _whole(row["conversions"] for row in kept),
        "revenue": {name: float(round(money[name], 2)) for name in sorted(money)},
        "rows": sum(row["rows"] for row in kept),
    }


def _whole(values: Iterable[Any]) -> int | None:
    known = [value for value in values if value is not None]
    return int(sum(known)) if known else None


def _grouped(
    rows: Iterable[Mapping[str, Any]], key: Callable[[Mapping[str, Any]], Any]
) -> dict[Any, list[Mapping[str, Any]]]:
    found: dict[Any, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found

"""Posts made of readings that speak of posts nobody brought in: where a source has no texts, only ids and counters."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.imports import values
from cofounder.business.imports.fields import POSTS
from cofounder.business.imports.guess import plain
from cofounder.business.imports.schemas import LINE, Units
from cofounder.business.imports.writing import as_copy
from cofounder.business.matching import naming
from cofounder.business.records import merging, posting
from cofounder.business.records.odd import UNDATED, UNWORDED
from cofounder.channels import called
from cofounder.kit import clock

if TYPE_CHECKING:
    import polars as pl

_MOST = 20_000  # at once
_TEXTS = ("topic", "category", "format", "campaign", "audience", "language", "persona")
_OUT = timedelta(days=7)  # before its first reading: counters that come without a day are those of a post's life
_FIRST = UUID(int=0)


async def make(session: AsyncSession, import_id: UUID, origin: str, units: Units) -> int:
    """Make a post for each that the readings of an import name and nobody knows, and link them; how many were made."""
    await merging.take_turn(session, POSTS.name)
    made, after = 0, _FIRST
    while found := await posting.loose(session, import_id, origin, after, _MOST):
        rows, columns = as_copy(rows_of(found, units))
        merged = await merging.merge(
            session, POSTS.name, rows, columns, import_id=import_id, origin=origin, now=clock.now()
        )
        made, after = made + merged.added, found[-1].key
    await naming.link(session)
    return made


def rows_of(found: Sequence[posting.Loose], units: Units) -> "pl.DataFrame":
    """A row a post, as the converter gives them: what was kept of its reading tells its category, day and the like."""
    import polars as pl

    text = pl.String
    kept = [{plain(name): str(value) for name, value in (one.raw or {}).items() if value is not None} for one in found]
    titles = [one.title or _title(one, about) for one, about in zip(found, kept, strict=True)]
    dates = values.moments(
        values.given(pl.Series([_said(about, "published_at") for about in kept], dtype=text), words_count=False),
        zone=units.timezone,
        day_first=units.day_first,
    ).values
    paid = values.flags(pl.Series([_said(about, "paid") for about in kept], dtype=text)).values
    week_before = pl.Series([one.at - _OUT for one in found], dtype=pl.Datetime("us", "UTC"))
    return pl.DataFrame(
        [
            pl.Series(LINE, range(1, len(found) + 1), dtype=pl.Int64),
            pl.Series("platform", [one.platform for one in found], dtype=text),
            pl.Series("external_id", [one.external_id for one in found], dtype=text),
            pl.Series("url", [one.url for one in found], dtype=text),
            pl.Series("title", titles, dtype=text),
            pl.Series("content", titles, dtype=text),
            *(pl.Series(name, [_said(about, name) for about in kept], dtype=text) for name in _TEXTS),
            paid.alias("paid"),
            dates.fill_null(week_before).alias("published_at"),
            _flags(dates.is_null(), [one.title is None for one in found]),
        ]
    )  # fmt: skip


def _flags(undated: "pl.Series", unworded: Sequence[bool]) -> "pl.Series":
    """What nobody said of each post."""
    import polars as pl

    codes = [
        ",".join([*([UNWORDED] if no_words else []), *([UNDATED] if no_date else [])])
        for no_date, no_words in zip(undated, unworded, strict=True)
    ]
    return pl.Series("flags", codes, dtype=pl.String)


def _said(about: dict[str, str], name: str) -> str | None:
    """What the kept columns say of a field of posts, by any of its names."""
    known = POSTS.field(name)
    assert known is not None
    return next((about[one] for one in (name, *known.names) if one in about), None)


def _title(one: posting.Loose, about: dict[str, str]) -> str:
    """Facebook post 17 (Photo): a name, where the source has no words of it."""
    sort = _said(about, "format") or _said(about, "category")
    name = f"{called(one.platform)} post {one.external_id or one.url}"
    return f"{name} ({sort})" if sort else name


def told(made: int) -> str:
    """What an import says of the posts it made."""
    return (
        f"{made:,} posts were made of readings whose post nobody had brought in. Where the source does not say when one "
        "was published, a week before its first reading stands for it."
    )

"""The SQL of what is derived. Every statement sees only what was published and measured by `as_of`.

Each counter of a post is that of the newest reading by then that tells it. Of most posts nothing was read since, and the
database keeps what they stand at (`latest_readings`); for the others it is looked up in the index of readings.
"""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.derive.tables import COUNTED, OF_POST
from cofounder.business.records.newest import first, newest
from cofounder.business.records.odd import UNDATED, UNWORDED
from cofounder.business.records.schemas import WEB_PARTS
from cofounder.kit.straight import kept

_FILED = ", ".join(f"l.{name}" for name in OF_POST)

# What a person linked by hand belongs together from then on; before, nobody knew.
LINKED = "({0}.linked_at IS NULL OR {0}.linked_at <= :as_of)"

SEEN = f"""
seen AS (
  SELECT l.post_id, {_FILED}, {", ".join(f"l.{name}" for name in COUNTED)}
  FROM latest_readings l WHERE l.measured_at <= :as_of AND {LINKED.format("l")}
  UNION ALL
  SELECT l.post_id, {_FILED}, r.* FROM latest_readings l CROSS JOIN LATERAL (
    SELECT {newest(COUNTED)} FROM social_post_analytics a WHERE a.post_id = l.post_id AND a.measured_at <= :as_of
      AND {LINKED.format("a")}
    HAVING count(*) > 0) r
  WHERE (l.measured_at > :as_of OR l.linked_at > :as_of) AND l.published_at <= :as_of
)"""

# Visits of a post's pages and campaigns: rows split by different things overlap, so the coarsest split counts. Money of
# several currencies is not added up.
WEB = f"""
web AS (
  SELECT DISTINCT ON (post_id) post_id, sessions, conversions, revenue, currency FROM (
    SELECT post_id, split_by, sum(sessions) AS sessions, min(currency) AS currency,
           CASE WHEN min(currency) IS NOT DISTINCT FROM max(currency) THEN sum(revenue) END AS revenue,
           sum(coalesce(conversions, round(sessions * conversion_rate::numeric))) AS conversions
    FROM web_analytics
    WHERE post_id IS NOT NULL AND measured_at <= :as_of AND day <= CAST(:today AS date)
      AND (superseded_at IS NULL OR superseded_at > :as_of) AND {LINKED.format("web_analytics")}
    GROUP BY post_id, split_by) parts
  ORDER BY post_id, split_by
)"""

# Sample posts count only as long as the company has none of its own.
_OURS = "(NOT {0}.is_sample OR NOT EXISTS (SELECT 1 FROM posts o WHERE NOT o.is_sample AND o.published_at <= :as_of))"
OURS = _OURS.format("p")

# The time of such a post is made up: it stands for no month, hour or age.
DATED = f"(NOT '{UNDATED}' = ANY({{0}}.flags))"
_UNDATED = f"EXISTS (SELECT 1 FROM posts d WHERE d.id = outcomes.id AND '{UNDATED}' = ANY(d.flags))"
WORDED = f"(NOT '{UNWORDED}' = ANY({{0}}.flags))"

# No outcome is reckoned twice (OFFSET 0 keeps the planner from putting its formula into every sum).
OUTCOMES = f"""{SEEN}, {WEB}, outcomes AS (
  SELECT s.post_id AS id, s.platform, s.label, s.persona, s.campaign, s.published_at,
    coalesce(s.views, s.impressions)::float8 AS views,
    CASE WHEN s.clicks IS NULL AND s.shares IS NULL AND s.comments IS NULL THEN NULL
         ELSE (coalesce(s.clicks, 0) + coalesce(s.shares, 0) + coalesce(s.comments, 0))::float8 END AS engaged,
    s.rated_engaged::float8 AS rated_engaged, s.rated_views::float8 AS rated_views,
    -- what the site saw stands beside what is known by now
    (CASE WHEN s.revenue IS NULL THEN w.revenue ELSE s.paid_revenue END)::float8 AS paid_revenue,
    (CASE WHEN s.revenue IS NULL THEN coalesce(s.views, s.impressions) ELSE s.paid_views END)::float8 AS paid_views,
    (CASE WHEN w.sessions IS NULL AND s.conversions IS NOT NULL THEN s.converted
          ELSE coalesce(s.conversions, w.conversions) END)::float8 AS converted,
    (CASE WHEN w.sessions IS NOT NULL THEN w.sessions WHEN s.conversions IS NOT NULL THEN s.converted_clicks
          ELSE s.clicks END)::float8 AS converted_visits,
    coalesce(s.conversions, w.conversions)::float8 AS conversions,
    coalesce(w.sessions, s.clicks)::float8 AS visits,
    CASE WHEN coalesce(w.sessions, s.clicks) IS NOT NULL THEN w.sessions IS NULL END AS visits_are_clicks,
    coalesce(s.revenue, w.revenue)::float8 AS revenue,
    -- a cost in another currency than the money that the site saw is not held against it
    CASE WHEN s.revenue IS NULL AND w.revenue IS NOT NULL AND s.currency <> w.currency THEN NULL
         ELSE coalesce(s.cost, s.post_cost)::float8 END AS cost,
    CASE WHEN s.revenue IS NULL AND w.revenue IS NOT NULL THEN coalesce(w.currency, s.currency)
         ELSE s.currency END AS currency
  FROM seen s LEFT JOIN web w ON w.post_id = s.post_id
  WHERE s.published_at <= :as_of AND {_OURS.format("s")} AND {{narrowed}}
  OFFSET 0
)"""

# A rate is told over the posts that have both its parts: the others have neither here, and no aggregate sees them.
_RATES = {
    "rate": ("rated_engaged", "rated_views", "rated_views > 0 AND rated_engaged IS NOT NULL"),
    "paid": ("paid_revenue", "paid_views", "paid_views > 0 AND paid_revenue IS NOT NULL"),
    # as in rates.conversion_rate
    "converted": ("converted", "converted_visits", "converted_visits > 0 AND converted <= converted_visits"),
}
_PARTS = ", ".join(
    f"CASE WHEN {both} THEN {top} END AS {name}_top, CASE WHEN {both} THEN {below} END AS {name}_below"
    for name, (top, below, both) in _RATES.items()
)


def _squares(name: str) -> str:
    """Sums of squares and products: PostgreSQL keeps one state for all three and for nothing else (float8_regr_accum)."""
    y, x = f"{name}_top", f"{name}_below"
    return (
        f"regr_count({y}, {x}) AS {name}_n, sum({y}) AS {y}, sum({x}) AS {x}, "
        f"regr_syy({y}, {x}) + sum({y}) ^ 2 / nullif(regr_count({y}, {x}), 0) AS {y}2, "
        f"regr_sxx({y}, {x}) + sum({x}) ^ 2 / nullif(regr_count({y}, {x}), 0) AS {x}2, "
        f"regr_sxy({y}, {x}) + sum({y}) * sum({x}) / nullif(regr_count({y}, {x}), 0) AS {name}_product"
    )


SUMS = ", ".join(
    (
        "count(*) AS posts, count(views) AS viewed, sum(views) AS views, sum(views * views) AS views2",
        "count(engaged) AS engaging, sum(engaged) AS engaged, sum(conversions) AS conversions, sum(revenue) AS revenue",
        "sum(cost) AS cost, sum(revenue) FILTER (WHERE cost > 0) AS revenue_of_cost",
        'min(currency COLLATE "C") AS currency, max(currency COLLATE "C") AS other_currency',
        *map(_squares, _RATES),
    )
)

KEYS = {"platform": "platform", "category": "label", "persona": "persona", "campaign": "campaign"}


@lru_cache
def _grouped(key: str, narrowed: tuple[str, ...], clustered: bool) -> TextClause:
    wanted = {
        "platforms": "s.platform = ANY(CAST(:platforms AS text[]))",
        "since": "s.published_at >= :since",
        "topic": "s.label = :topic",
        "ids": "s.post_id = ANY(CAST(:ids AS uuid[]))",
    }
    where = " AND ".join(wanted[name] for name in narrowed) or "true"
    grouped = "v.cluster::text" if clustered else KEYS[key]
    joined = "JOIN context_vectors v ON v.item_id = outcomes.id AND v.embedder_id = :embedder" if clustered else ""
    return kept(
        text(
            f"WITH {OUTCOMES.format(narrowed=where)}, parts AS ("
            f"SELECT {grouped} AS key, published_at >= :recent AND NOT {_UNDATED} AS recent, views, engaged, conversions, revenue, cost, "
            f"currency, {_PARTS} FROM outcomes {joined} OFFSET 0) "
            f"SELECT key, recent, {SUMS} FROM parts GROUP BY 1, 2"
        )
    )


async def sums(
    session: AsyncSession,
    by: str,
    *,
    as_of: datetime,
    recent: datetime,
    platforms: Sequence[str] | None = None,
    since: datetime | None = None,
    topic: str | None = None,
    ids: Sequence[Any] | None = None,
    embedder: Any = None,
) -> list[dict[str, Any]]:
    """Per key and whether known to be published since `recent`: counts, sums and sums of squares over posts."""
    given: dict[str, Any] = {"platforms": platforms, "since": since, "topic": topic, "ids": ids}
    given = {name: list(value) if name in ("platforms", "ids") else value for name, value in given.items() if value}
    asked = {"as_of": as_of, "today": as_of.date(), "recent": recent, **given}
    if embedder is not None:
        asked["embedder"] = embedder
    found = await session.execute(_grouped(by, tuple(given), embedder is not None), asked)
    return [dict(row) for row in found.mappings()]


def scored(post: str, published: str, hours: str, figures: Sequence[str]) -> str:
    """SQL of what a post is scored by: its first reading of `hours` or more, `measured_at`; a figure that this one lacks
    is that of the first within four days after it that has it.

    Figures that belong together are those of one reading: `engaged` is a sum (null where no part of it was read),
    `rated_engaged` over `rated_views` a rate, and so is `revenue` over `cost` where any reading has both.
    """
    old_enough = f"{published} + make_interval(hours => {hours})"
    known = f"a.post_id = {post} AND a.measured_at <= :as_of AND {LINKED.format('a')}"
    told = first(figures)
    return f"""(SELECT min(a.measured_at) AS measured_at, {told} FROM (
      SELECT a.measured_at FROM social_post_analytics a WHERE {known} AND a.measured_at >= {old_enough}
      ORDER BY a.measured_at LIMIT 1) first
    JOIN social_post_analytics a ON {known} AND a.measured_at >= first.measured_at
      AND a.measured_at <= first.measured_at + interval '4 days'
    HAVING count(*) > 0)"""


# One fixed age for all, as patterns score posts: engagement only grows, so an old post would be better for being old. And
# against the posts of around the same time, as patterns do: an audience that grew is no better hour.
_TIMES = f"""
WITH scored AS (
  SELECT l.platform, l.published_at, l.post_id, {DATED.format("p")} AS dated,
    ln(1 + r.engaged)::float8 AS score
  FROM unnest(CAST(:platforms AS text[])) AS asked(platform)
  CROSS JOIN LATERAL (
    SELECT post_id, platform, published_at FROM latest_readings l
    WHERE l.platform = asked.platform AND l.published_at >= :since
      AND l.published_at + make_interval(hours => :hours) <= :as_of AND {_OURS.format("l")}
    ORDER BY l.published_at DESC, l.post_id LIMIT :newest) l
  JOIN LATERAL {scored("l.post_id", "l.published_at", ":hours", ("engaged",))} r ON true
  JOIN posts p ON p.id = l.post_id
  LEFT JOIN tasks t ON t.id = p.task_id AND {LINKED.format("p")}
  WHERE NOT coalesce(t.automatic, false) AND r.engaged IS NOT NULL),
placed AS (
  SELECT *, (row_number() OVER (PARTITION BY platform, dated ORDER BY published_at, post_id) - 1)
      * greatest(round(count(*) OVER (PARTITION BY platform, dated) / CAST(:together AS numeric)), 1)::bigint
      / count(*) OVER (PARTITION BY platform, dated) AS stretch
  FROM scored),
centred AS (
  SELECT platform, dated, extract(isodow FROM published_at AT TIME ZONE :zone)::int AS weekday,
    extract(hour FROM published_at AT TIME ZONE :zone)::int AS hour,
    max(stretch) OVER (PARTITION BY platform, dated) + 1 AS stretches,
    score - avg(score) OVER (PARTITION BY platform, dated, stretch) AS score
  FROM placed)
SELECT platform, dated, weekday, hour, stretches, count(*) AS n, sum(score) AS total, sum(score * score) AS squares
FROM centred GROUP BY 1, 2, 3, 4, 5"""
_ASKED_TIMES = kept(text(_TIMES))


async def times(
    session: AsyncSession,
    *,
    as_of: datetime,
    since: datetime,
    platforms: Sequence[str],
    zone: str,
    hours: int,
    together: int,
    newest: int,
) -> list[dict[str, Any]]:
    """Per platform, weekday (1 = Monday) and hour of `zone`: n, sum and squares of log(1 + engagement) of the first
    reading of `hours` or more, less the mean of its stretch of about `together` posts in a row.

    Of a platform the `newest` so many posts that are old enough are read.

    `stretches`: how many there are of the platform. `dated`: whether it is known when these posts were published; where it is not, weekday and hour say nothing.
    """
    asked = {"as_of": as_of, "since": since, "platforms": list(platforms), "zone": zone, "hours": hours}
    asked |= {"together": together, "newest": newest}
    return [dict(row) for row in (await session.execute(_ASKED_TIMES, asked)).mappings()]


async def platforms(session: AsyncSession, as_of: datetime) -> list[str]:
    """The platforms that something had been published on."""
    query = f"SELECT DISTINCT platform FROM posts p WHERE published_at <= :as_of AND {OURS} ORDER BY 1"
    return list((await session.execute(text(query), {"as_of": as_of})).scalars())


@lru_cache
def _latest(narrowed: tuple[str, ...]) -> TextClause:
    wanted = {"platforms": "s.platform = ANY(CAST(:platforms AS text[]))", "topic": "s.label = :topic"}
    where = "".join(f" AND {wanted[name]}" for name in narrowed)
    return text(
        f"""WITH {SEEN} SELECT max(published_at) FROM seen s
WHERE published_at < :since AND published_at <= :as_of AND {_OURS.format("s")}{where}"""
    )


async def latest_before(
    session: AsyncSession, *, as_of: datetime, since: datetime, platforms: Sequence[str] = (), topic: str | None = None
) -> datetime | None:
    """When the newest measured post of the time before `since` was published."""
    given: dict[str, Any] = {"platforms": list(platforms), "topic": topic and topic.strip().lower()}
    given = {name: value for name, value in given.items() if value}
    found: datetime | None = await session.scalar(_latest(tuple(given)), {"as_of": as_of, "since": since, **given})
    return found


async def known_platforms(session: AsyncSession, names: Sequence[str]) -> set[str]:
    """Those of these names that some post carries."""
    query = """SELECT name FROM unnest(CAST(:names AS text[])) name
      WHERE EXISTS (SELECT 1 FROM posts p WHERE p.platform = name)"""
    return set((await session.execute(text(query), {"names": list(names)})).scalars())


_KNOWN_WEB = """measured_at <= :as_of AND day <= CAST(:today AS date) AND day >= :since
  AND (superseded_at IS NULL OR superseded_at > :as_of)
  AND (NOT is_sample OR NOT EXISTS (SELECT 1 FROM web_analytics o WHERE NOT o.is_sample AND o.measured_at <= :as_of))"""


@lru_cache
def _audience(part: str) -> TextClause:
    bit = 2 ** WEB_PARTS.index(part)
    return text(
        f"""WITH known AS (SELECT * FROM web_analytics WHERE split_by & {bit} > 0 AND {_KNOWN_WEB}),
coarsest AS (SELECT day, min(split_by) AS split_by FROM known GROUP BY day)
SELECT {part} AS name, count(DISTINCT day) AS days, sum(sessions) AS sessions, sum(users) AS users,
  sum(page_views) AS page_views, sum(revenue) AS revenue, min(currency) AS currency, max(currency) AS other_currency,
  sum(sessions) FILTER (WHERE coalesce(conversions, 0) > 0 OR conversion_rate IS NOT NULL OR conversions = 0) AS counted,
  sum(coalesce(conversions, round(sessions * conversion_rate::numeric))) AS conversions
FROM known JOIN coarsest USING (day, split_by) GROUP BY 1 ORDER BY sum(sessions) DESC NULLS LAST, 1"""
    )


async def audience(session: AsyncSession, part: str, *, as_of: datetime, since: date) -> list[dict[str, Any]]:
    """Visits by one part (source, campaign, device, …), summed over days, each row once."""
    asked = {"as_of": as_of, "today": as_of.date(), "since": since}
    return [dict(row) for row in (await session.execute(_audience(part), asked)).mappings()]


@lru_cache
def _posts(narrowed: tuple[str, ...], clustered: bool) -> TextClause:
    wanted = {
        "since": "s.published_at >= :since",
        "platform": "s.platform = :platform",
        "topic": "s.label = :topic",
        "campaign": "s.campaign = :campaign",
        "words": "EXISTS (SELECT 1 FROM posts p WHERE p.id = s.post_id AND "
        "(strpos(lower(coalesce(p.title, '')), :words) > 0 OR strpos(lower(p.content), :words) > 0))",
        "before": "(s.published_at, s.post_id) < (:before, :before_id)",
        "id": "s.post_id = :id",
    }
    where = " AND ".join(wanted[name] for name in narrowed) or "true"
    of = "JOIN context_vectors v ON v.item_id = c.id AND v.embedder_id = :embedder AND v.cluster = :cluster"
    return text(
        f"""WITH {OUTCOMES.format(narrowed=where)}
SELECT o.*, p.topic, p.category, t.id AS task_id, t.quality_score::float8 AS quality_score, p.title,
  left(p.content, 80) AS opening, CASE WHEN {WORDED.format("p")} THEN length(p.content) END AS characters,
  {DATED.format("p")} AS published_at_known
FROM (SELECT c.* FROM outcomes c {of if clustered else ""} ORDER BY c.published_at DESC, c.id DESC LIMIT :limit) o
JOIN posts p ON p.id = o.id LEFT JOIN tasks t ON t.id = p.task_id AND {LINKED.format("p")}
ORDER BY o.published_at DESC, o.id DESC"""
    )


async def posts(
    session: AsyncSession,
    *,
    as_of: datetime,
    since: datetime | None = None,
    limit: int,
    platform: str | None = None,
    topic: str | None = None,
    campaign: str | None = None,
    words: str | None = None,
    before: tuple[datetime, Any] | None = None,
    cluster: tuple[Any, int] | None = None,
    id: Any = None,
) -> list[dict[str, Any]]:
    """The newest posts with their outcomes as of then, and what their task scored. `cluster`: (embedder, number)."""
    given = {"since": since, "platform": platform, "campaign": campaign, "id": id}
    given |= {"topic": topic and topic.strip().lower(), "words": words and words.lower()}
    given |= {"before": before and before[0]}
    given = {name: value for name, value in given.items() if value}
    asked = {"as_of": as_of, "today": as_of.date(), "limit": limit, **given}
    if before:
        asked["before_id"] = before[1]
    if cluster:
        asked |= {"embedder": cluster[0], "cluster": cluster[1]}
    found = await session.execute(_posts(tuple(given), cluster is not None), asked)
    return [dict(row) for row in found.mappings()]


_READINGS = f"""
SELECT measured_at, coalesce(views, impressions) AS views, reach, clicks, likes, shares, comments, conversions,
  revenue::float8 AS revenue, cost::float8 AS cost, currency, source, import_id, flags
FROM social_post_analytics WHERE post_id = :id AND measured_at <= :as_of AND {LINKED.format("social_post_analytics")}
ORDER BY measured_at DESC, id DESC LIMIT :limit"""
_VISITS = f"""
SELECT day, page_id, campaign, source, sessions, users, page_views, conversions, revenue::float8 AS revenue, currency,
  import_id, flags
FROM web_analytics
WHERE post_id = :id AND measured_at <= :as_of AND (superseded_at IS NULL OR superseded_at > :as_of)
  AND {LINKED.format("web_analytics")}
ORDER BY day DESC, id DESC LIMIT :limit"""


async def readings(session: AsyncSession, id: Any, *, as_of: datetime, limit: int) -> list[dict[str, Any]]:
    """A post's readings, newest first."""
    return [
        dict(r) for r in (await session.execute(text(_READINGS), {"id": id, "as_of": as_of, "limit": limit})).mappings()
    ]


async def visits(session: AsyncSession, id: Any, *, as_of: datetime, limit: int) -> list[dict[str, Any]]:
    """The days of the site that are matched to a post, newest first."""
    return [
        dict(r) for r in (await session.execute(text(_VISITS), {"id": id, "as_of": as_of, "limit": limit})).mappings()
    ]


_WHOLE = "SELECT content, url, import_id FROM posts WHERE id = :id"


async def whole(session: AsyncSession, id: Any) -> dict[str, Any]:
    """A post's text, address and the import it came with."""
    return dict((await session.execute(text(_WHOLE), {"id": id})).mappings().one())


_DAYS = f"""
SELECT day, split_by, sum(sessions)::float8 AS sessions, sum(users)::float8 AS users,
  sum(page_views)::float8 AS page_views,
  sum(coalesce(conversions, round(sessions * conversion_rate::numeric)))::float8 AS conversions,
  bool_or(cardinality(flags) > 0) AS flagged
FROM web_analytics WHERE {_KNOWN_WEB} GROUP BY 1, 2 ORDER BY 1, 2"""


async def days(session: AsyncSession, *, as_of: datetime, since: date) -> list[dict[str, Any]]:
    """Per day the site's figures by the coarsest split that has any."""
    asked = {"as_of": as_of, "today": as_of.date(), "since": since}
    found: dict[date, dict[str, Any]] = {}
    for row in (await session.execute(text(_DAYS), asked)).mappings():
        held = found.setdefault(row["day"], {"day": row["day"], "flagged": False})
        for name in ("sessions", "users", "page_views", "conversions"):
            if held.get(name) is None:
                held[name] = row[name]
        held["flagged"] = held["flagged"] or row["flagged"]
    return list(found.values())


_OLDER = text(f"""
SELECT (SELECT count(DISTINCT day) FROM web_analytics WHERE {_KNOWN_WEB} AND day < CAST(:day AS date)) AS days,
  (SELECT count(*) FROM posts p WHERE p.published_at < :than AND p.published_at <= :as_of AND {OURS}
    AND EXISTS (SELECT 1 FROM social_post_analytics a WHERE a.post_id = p.id AND a.measured_at <= :as_of)) AS posts""")


async def older(session: AsyncSession, *, as_of: datetime, than: datetime) -> tuple[int, int]:
    """How many days of the site and how many posts with a reading are known from before a time."""
    asked = {"as_of": as_of, "today": as_of.date(), "since": date.min, "than": than, "day": than.date()}
    (row,) = (await session.execute(_OLDER, asked)).all()
    return row.days, row.posts


_BROUGHT = text(f"""
WITH parts AS (
  SELECT post_id, split_by, sum(sessions) AS sessions, sum(revenue) AS revenue,
    sum(coalesce(conversions, round(sessions * conversion_rate::numeric))) AS conversions,
    min(currency) AS currency, max(currency) AS other_currency, min(day) AS first_day, max(day) AS last_day
  FROM web_analytics
  WHERE post_id = ANY(CAST(:ids AS uuid[])) AND measured_at <= :as_of AND day <= CAST(:today AS date)
    AND (superseded_at IS NULL OR superseded_at > :as_of) AND {LINKED.format("web_analytics")}
  GROUP BY post_id, split_by),
web AS (SELECT DISTINCT ON (post_id) * FROM parts ORDER BY post_id, split_by)
SELECT w.post_id, w.sessions::float8, w.conversions::float8, w.currency, w.split_by, w.first_day, w.last_day,
  CASE WHEN w.currency IS NOT DISTINCT FROM w.other_currency THEN w.revenue::float8 END AS revenue,
  coalesce(r.cost, p.cost)::float8 AS cost, coalesce(r.currency, p.currency) AS cost_currency,
  t.id AS task_id, t.cost::float8 AS run_cost
FROM web w JOIN posts p ON p.id = w.post_id AND p.published_at <= :as_of
LEFT JOIN tasks t ON t.id = p.task_id AND {LINKED.format("p")}
LEFT JOIN LATERAL (
  SELECT a.cost, a.currency FROM social_post_analytics a
  WHERE a.post_id = w.post_id AND a.measured_at <= :as_of AND {LINKED.format("a")} AND a.cost IS NOT NULL
  ORDER BY a.measured_at DESC, a.id DESC LIMIT 1) r ON true
""")


async def brought(session: AsyncSession, ids: Sequence[Any], *, as_of: datetime) -> list[dict[str, Any]]:
    """What web analytics matched to these posts say by then; posts without any are left out."""
    found = await session.execute(_BROUGHT, {"ids": list(ids), "as_of": as_of, "today": as_of.date()})
    return [dict(row) for row in found.mappings()]


# A row that is matched to no post that stands by then is nobody's; one that a person links later is nobody's before.
_BOOKS = text(f"""
SELECT w.split_by, p.id AS post_id, p.publication_id, p.platform, p.title, p.task_id, w.currency, count(*) AS rows,
  sum(w.sessions) AS sessions, sum(coalesce(w.conversions, round(w.sessions * w.conversion_rate::numeric))) AS conversions,
  sum(w.revenue) AS revenue, min(w.day) AS first_day, max(w.day) AS last_day
FROM (SELECT * FROM web_analytics WHERE {_KNOWN_WEB} AND day <= :until) w
LEFT JOIN posts p ON p.id = w.post_id AND p.published_at <= :as_of AND {LINKED.format("w")}
GROUP BY w.split_by, p.id, p.publication_id, p.platform, p.title, p.task_id, w.currency
ORDER BY w.split_by, p.id, w.currency""")


async def books(session: AsyncSession, *, as_of: datetime, since: date, until: date) -> list[dict[str, Any]]:
    """The site's visits of these days by report (`split_by`), post (null: none) and currency, each row in one place."""
    asked = {"as_of": as_of, "today": as_of.date(), "since": since, "until": until}
    return [dict(row) for row in (await session.execute(_BOOKS, asked)).mappings()]

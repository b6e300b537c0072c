"""The sample company's months and days. Pure: the same seed gives the same figures."""

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from cofounder.business import periods
from cofounder.business.records.schemas import NewFinancial, NewWebDay
from cofounder.models.brief import Unit

MONTHS = 24
_SEASON = {1: 0.95, 2: 0.95, 3: 0.98, 4: 1.0, 5: 1.0, 6: 0.97, 7: 0.91, 8: 0.90, 9: 1.0, 10: 1.06, 11: 1.10, 12: 1.12}
_WEEK = (1.12, 1.15, 1.14, 1.1, 1.02, 0.72, 0.75)
_GAP = 8  # the month with the supply gap, counted from the first
_RECORD = 1.03  # the last month stands this far above the best before it


@dataclass(frozen=True)
class Month:
    first: date
    revenue: int
    gross_profit: int
    orders: int
    marketing_spend: int
    new_customers: int
    customers: int
    recurring: int
    lifetime_value: int
    visits: int
    conversions: int


def last_finished_month(today: date) -> date:
    """The first day of the newest month that is over."""
    return periods.add_months(today.replace(day=1), -1)


def months(today: date, seed: int) -> list[Month]:
    """24 months, oldest first, the last one over before `today`."""
    random = Random(f"months {seed}")
    last = last_finished_month(today)
    firsts = [periods.add_months(last, back - MONTHS + 1) for back in range(MONTHS)]
    sales = _sales(firsts, random)
    customers, found = 214, []
    for place, first in enumerate(firsts):
        new = round((11 + 0.35 * place) * _SEASON[first.month] * random.uniform(0.85, 1.15))
        customers += new - round(customers * random.uniform(0.010, 0.018))
        revenue = sales[place]
        visits = round((17_500 + 720 * place) * _SEASON[first.month] ** 0.8 * random.uniform(0.95, 1.05))
        found.append(
            Month(
                first=first,
                revenue=revenue,
                gross_profit=round(revenue * random.uniform(0.405, 0.435)),
                orders=round(revenue / random.uniform(92, 99)),
                marketing_spend=_tens((5_600 + 130 * place) * random.uniform(0.92, 1.1)),
                new_customers=new,
                customers=customers,
                recurring=_tens(revenue * (0.52 + 0.004 * place)),
                lifetime_value=_tens(6_900 + 45 * place + random.uniform(-60, 60)),
                visits=visits,
                conversions=round(visits * random.uniform(0.0225, 0.0265)),
            )
        )
    return found


def _sales(firsts: list[date], random: Random) -> list[int]:
    """Monthly revenue in dollars: growth x season x chance, one gap, a record at the end."""
    sales = []
    for place, first in enumerate(firsts):
        gap = 0.86 if place == _GAP else 1.0
        sales.append(93_000 * 1.02**place * _SEASON[first.month] * gap * random.uniform(0.975, 1.025))
    sales[-1] = max(sales[-1], max(sales[:-1]) * _RECORD)
    return [_tens(each) for each in sales]


def _tens(value: float) -> int:
    return round(value / 10) * 10


def known_at(end: date) -> datetime:
    """When a figure of a span that ends on `end` became known: the next midnight, UTC."""
    return datetime.combine(end + timedelta(days=1), time(), UTC)


_COLUMNS: tuple[tuple[str, str, Unit], ...] = (
    ("revenue", "revenue", "usd"),
    ("gross_profit", "gross_profit", "usd"),
    ("orders", "orders", "count"),
    ("marketing_spend", "marketing_spend", "usd"),
    ("new_customers", "new_customers", "count"),
    ("customers", "customers", "count"),
    ("monthly_recurring_revenue", "recurring", "usd"),
    ("lifetime_value", "lifetime_value", "usd"),
)


def financial(made: list[Month]) -> list[NewFinancial]:
    rows = []
    for month in made:
        end = periods.month_end(month.first)
        for name, attribute, unit in _COLUMNS:
            rows.append(
                NewFinancial(
                    metric_type=name,
                    metric_value=Decimal(getattr(month, attribute)),
                    unit=unit,
                    currency="USD" if unit == "usd" else None,
                    period_start=month.first,
                    period_end=end,
                    source="sample",
                    measured_at=known_at(end),
                    is_sample=True,
                )
            )
    return rows


def web(made: list[Month], seed: int) -> list[NewWebDay]:
    """A row a day of the whole site; a month's days add up to the month exactly."""
    random = Random(f"web {seed}")
    rows = []
    for month in made:
        days = [month.first + timedelta(days=at) for at in range(periods.days(periods.month(month.first)))]
        weights = [_WEEK[day.weekday()] * random.uniform(0.88, 1.12) for day in days]
        visits, conversions = _spread(month.visits, weights), _spread(month.conversions, weights)
        for day, seen, done in zip(days, visits, conversions, strict=True):
            rows.append(
                NewWebDay(
                    day=day,
                    sessions=seen,
                    users=round(seen * random.uniform(0.78, 0.84)),
                    page_views=round(seen * random.uniform(2.3, 2.9)),
                    bounce_rate=round(random.uniform(0.41, 0.49), 4),
                    conversions=done,
                    conversion_rate=round(done / seen, 6) if seen else None,
                    measured_at=known_at(day),
                    is_sample=True,
                )
            )
    return rows


def _spread(total: int, weights: list[float]) -> list[int]:
    """Whole numbers in proportion to the weights that add up to `total` (largest remainders)."""
    whole = sum(weights)
    exact = [total * weight / whole for weight in weights]
    parts = [math.floor(each) for each in exact]
    by_rest = sorted(range(len(exact)), key=lambda at: parts[at] - exact[at])
    for at in by_rest[: total - sum(parts)]:
        parts[at] += 1
    return parts

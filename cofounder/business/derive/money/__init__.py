"""Spend and revenue that are named by campaign or channel: their sums, and the rows that make each sum.

In: financial metrics, a time `as_of`. Out: sums per name and metric, or the rows that add up to one. Never: a period
counted twice, because it is stored as a whole and in parts, or in weeks beside months.
"""

from cofounder.business.derive.money.queries import latest_money, money, rows_of

__all__ = ["latest_money", "money", "rows_of"]

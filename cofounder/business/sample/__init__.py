"""Larkfield Coffee Supply: an invented company, generated from a seed, every row of it marked as sample.

In: a session, today's date, a seed. Out: 24 months of figures ending with the last finished month, daily web
analytics, sixty past tasks with their posts and readings. Never: mixes with a company's own rows, or claims to be one.

What is true of it, so that learning has something to find (multipliers, before chance):
- revenue grows about 2 % a month, is strong from October to December and weak in July and August; fifteen months
  before the end a supply gap costs a seventh of a month; the last month is the best so far;
- engagement (clicks, shares and comments per view): customer stories 1.6, coffee knowledge 1.25, product news 1,
  events 0.9, hiring 0.65; persona storyteller 1.3, contrarian 0.8, the others 1;
- views: posts made from 7 to 10 UTC 1.35, from 18 UTC on 0.75, others 1; the audience doubles over the two years.
Tones, lengths, weekdays and hashtags have no effect at all.
"""

from cofounder.business.sample.loading import NotEmpty, describe, load, remove

NAME = "Larkfield Coffee Supply"

__all__ = ["NAME", "NotEmpty", "describe", "load", "remove"]

"""Answers that say plainly what cannot be told, and what can instead. No model is asked."""

from cofounder.business.catalogue import metric
from cofounder.flow.request.chat import unread
from cofounder.flow.request.chat.about_posts import Told
from cofounder.flow.request.chat.subject import Subject
from cofounder.flow.request.chat.tools import Tools


async def split(subject: Subject, _: Tools) -> Told:
    """That a figure is not known part by part here, and where parts are shown."""
    return (
        f"I have no tool that splits {_figures(subject.metrics, 'what was earned')} by {subject.topic}: the figures that I read are the company's as a whole, and "
        "posts I can rank by engagement, views, clicks, shares and comments. What visits, conversions and revenue each "
        "source, campaign, platform and topic brought, as far as that was imported, stands on the Business data page."
    ), []


def _figures(names: list[str], otherwise: str = "figures") -> str:
    """The figures that a question names, in words."""
    nouns = [metric(name).noun for name in names] or [otherwise]
    return nouns[0] if len(nouns) == 1 else f"{', '.join(nouns[:-1])} and {nouns[-1]}"


async def others(subject: Subject, _: Tools) -> Told:
    """That figures of somebody else are not here."""
    own = _figures(subject.metrics)
    return (
        f"I hold no figures of {subject.topic}: I read the company's own only. What I can compare is {own} with an "
        f'earlier time, as in "Compare Q3 and Q2".'
    ), []


def no_such_time(subject: Subject) -> str:
    """That a time does not exist, or cannot be placed."""
    words = " and ".join(f"“{one}”" for one in subject.unclear[:3])
    return f"I cannot place {words} in time. Name a month, a quarter or a year, such as March 2026, Q2 or last month."


def no_such_part(subject: Subject) -> str:
    """That a condition is none that a tool takes: what it narrows is not told in its place."""
    words = " and ".join(f"“{one}”" for one in subject.apart[:3])
    if subject.kind in unread.ABOUT_FIGURES:
        return (
            f"I have no tool that splits {_figures(subject.metrics)} by {words}: the figures that I read are the company's "
            "as a whole, by month, quarter and year. What visits, conversions and revenue each source, campaign, platform "
            "and topic brought, as far as that was imported, stands on the Business data page."
        )
    if subject.kind in unread.ABOUT_WORK:
        return (
            f"I have no tool that narrows our own runs and tasks to {words}: I count them by state, by the days they were asked "
            'for and, of tasks, by words in the request, as in "How many tasks about tea failed in May?". Splits by agent, '
            "channel, kind of work and voice, and their course over time, stand on the page Learning."
        )
    if subject.kind in ("topics", "against", "usual", "voice"):
        return (
            f"I have no tool that narrows that to {words}: topics I compare over all channels and up to today, channels over "
            'all their posts. Posts I can rank in a time and on a channel, as in "Which posts did best on LinkedIn in May?"'
        )
    return (
        f"I have no tool that tells posts apart by {words}: I rank them by engagement, views, clicks, shares and comments, "
        'in a time, on a channel and about a topic, as in "Which posts about hiring did best on LinkedIn in May?"'
    )


def no_such_channel(subject: Subject) -> str:
    """That a channel is none of ours."""
    named = " or ".join(subject.elsewhere[:3])
    return f"Nothing on {named} is stored: I know posts on LinkedIn, X, Facebook and the blog, and e-mail."


async def work(_: Subject, __: Tools) -> Told:
    """Where tasks and approvals stand: no tool of a conversation reads them."""
    return (
        "What runs and what waits for you stands on Home, with the tasks under Tasks and the texts to decide under "
        "Approvals, and are paused, resumed and cancelled there; at the command line `cofounder tasks` and `cofounder tasks --status pending_approval`. "
        "I read the company's figures, posts and finished work."
    ), []


async def change(_: Subject, __: Tools) -> Told:
    """That what is published is not touched from here, and what can be done instead."""
    return (
        "I change nothing that is published or stored: a post is deleted or corrected where it stands, on its channel. "
        "Each post with its address is on the page Content. A text that you paste I can shorten, rewrite or summarise, as in "
        '"Shorten this: …". Without a connected language model I cannot translate.'
    ), []


async def unranked(_: Subject, __: Tools) -> Told:
    """That posts are not ranked by this, and by what they are."""
    return (
        "I cannot rank posts by that: I rank them by engagement, views, clicks, shares and comments, as in "
        '"Top 3 posts by comments". Likes are read where a channel tells them, and stand with each post on the page Content.'
    ), []


async def better(_: Subject, __: Tools) -> Told:
    """That better has no measure of its own, and by what it can be told."""
    return (
        "Better by which figure? Name one, such as revenue, customers, traffic or profit, as in "
        '"How did revenue develop this year?" or "Compare Q3 and Q2".'
    ), []

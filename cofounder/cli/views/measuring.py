"""Readings, what is due and what became of posts, as the command line shows them."""

from datetime import UTC, datetime, timedelta
from itertools import groupby
from math import floor
from typing import TYPE_CHECKING

from cofounder.cli import out, words

if TYPE_CHECKING:
    from cofounder.business.derive.books import Books, Figures
    from cofounder.flow.publish.measuring.carrying import Done
    from cofounder.flow.publish.measuring.schemas import MeasurementsOut, PublicationMeasuredOut, ReadingTypedOut

FIGURES = ("impressions", "views", "reach", "clicks", "likes", "shares", "comments", "bookmarks")


def told(done: "Done") -> None:
    screen = out.screen()
    said = f"{words.of(done.read, 'post')} read, {done.gone:,} gone, {words.of(done.missed, 'age')} missed."
    screen.print(said, markup=False)
    for name, why in done.problems.items():
        screen.print(f"{name}: {why}", markup=False)


def listed(found: "MeasurementsOut") -> None:
    from cofounder.channels import called
    from cofounder.kit.clock import now

    screen = out.screen()
    if found.items:
        for id, ages in groupby(found.items, key=lambda one: one.publication_id):
            of = list(ages)
            name = " ".join((of[0].title or "A text without a title").split())
            screen.print(f"{called(of[0].channel)}: {name[:60]}", markup=False, style="bold")
            screen.print(f"  {id}", markup=False, style="quiet", soft_wrap=True)
            for one in of:
                asked = " (you)" if one.by_hand and one.state == "due" and one.due_at <= now() else ""
                due = _utc(one.due_at)
                said = f": {one.said}" if one.said else ""
                screen.print(f"  {one.age:>5}  {due}  {one.state.replace('_', ' ')}{asked}{said}", markup=False)
    told = found.counts
    screen.print(
        f"Due {told.due:,}, asked of you {told.asked:,}, to come {told.waiting:,}, read {told.done:,}, "
        f"missed {told.missed:,}, gone {told.gone:,}, not offered {told.not_offered:,}."
    )
    for account in found.accounts:
        if account.problem:
            screen.print(f"{account.name} ({account.channel}): {account.problem}", markup=False)
        for note in account.notes:
            screen.print(f"{account.name} ({account.channel}): {note}", markup=False)


def asked(found: "MeasurementsOut") -> None:
    from cofounder.cli.views.grid import table
    from cofounder.kit.clock import now

    screen = out.screen()
    if not found.items:
        screen.print("No reading is due. Texts of the outbox count once you say where they stand.")
        return
    made = table("Publication", "Channel", "Text", ">Age", ">Overdue")
    made.columns[0].no_wrap = True  # an id is for copying
    for one in found.items:
        hours = (now() - one.due_at).total_seconds() / 3600
        overdue = f"{hours / 24:,.0f} d" if hours >= 48 else f"{hours:,.0f} h"
        made.add_row(str(one.publication_id), one.channel, (one.title or "–")[:40], one.age, overdue)
    screen.print(made)
    screen.print("Type one with: cofounder measure type PUBLICATION --views N --likes N")


def shown(found: "PublicationMeasuredOut") -> None:
    from cofounder.business.context import predicting

    screen = out.screen()
    if found.note:
        screen.print(found.note, markup=False)
    if found.readings:
        for one in found.readings:  # no table: eight counters and two times have no room in a terminal
            told = [f"{name} {value:,}" for name in FIGURES if (value := getattr(one, name)) is not None]
            old = "" if one.age_seconds is None else f", {one.age_seconds / 3600:,.1f} h old"
            screen.print(f"{_utc(one.measured_at)}{old}, {one.source}: {', '.join(told)}", markup=False, soft_wrap=True)
        for one in found.readings:
            for note in one.notes:
                screen.print(f"{_utc(one.measured_at)}: {note}", markup=False, soft_wrap=True)
    _brought(found)
    for each in found.ages:
        said = f" {each.said}" if each.said else ""
        state = each.state.replace("_", " ")
        screen.print(f"{each.age}: {state}, due {_utc(each.due_at)}.{said}", markup=False)
    for ahead in found.foretold:
        if ahead.low is None or ahead.high is None:
            continue
        came = "not known yet" if ahead.came is None else _valued(ahead.outcome, ahead.came)
        held = {None: "", True: ", as foretold", False: ", outside of it"}[ahead.held]
        noun = predicting.called_outcome(ahead.outcome)
        low, high = (_valued(ahead.outcome, value) for value in (ahead.low, ahead.high))
        screen.print(f"{noun}: {low} to {high} foretold; {came}{held}.", markup=False)


def _utc(at: datetime) -> str:
    """As what is odd about readings names their times; `--at` takes it."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _valued(outcome: str, value: float) -> str:
    """A value of an outcome as the page writes it."""
    if outcome == "engagement_rate":
        return f"{value:.2%}"
    return f"{value:,.2f}" if outcome == "return_on_cost" else f"{floor(value + 0.5):,}"


def _brought(found: "PublicationMeasuredOut") -> None:
    from cofounder.kit.clock import now

    screen = out.screen()
    if found.attributed is not None:
        one = found.attributed
        told = [words.of(one.sessions or 0, "visit")]
        told += [words.of(one.conversions, "conversion")] if one.conversions is not None else []
        told += [f"{one.revenue:,.2f} {one.currency or ''}".rstrip()] if one.revenue is not None else []
        told += [f"{one.return_on_cost:,.2f} times its cost"] if one.return_on_cost is not None else []
        screen.print(
            f"Through its links, {one.first_day} to {one.last_day}: {', '.join(told)}.", markup=False, soft_wrap=True
        )
    elif found.campaign is not None:
        told_yet = f"Through its links: nothing told yet of utm_campaign={found.campaign}."
        if found.published_at is not None and found.published_at.astimezone(UTC).date() >= now().date():
            told_yet += " Visits are counted by whole days, UTC: from tomorrow."
        screen.print(told_yet, markup=False, soft_wrap=True)


def typed(made: "ReadingTypedOut") -> None:
    screen = out.screen()
    hours = (made.reading.age_seconds or 0) / 3600
    screen.print(f"Kept, of a post {hours:,.1f} hours old.")
    for note in made.notes:
        screen.print(note, markup=False)


def balanced(found: "Books") -> None:
    from cofounder.cli.views.grid import table

    screen = out.screen()
    if not found.reports:
        screen.print(f"No web analytics of {found.since} to {found.until}. Import some: cofounder import --help")
    for report in found.reports:
        by = ", ".join(report.split_by) or "nothing"
        screen.print(f"Split by {by}, {report.first_day} to {report.last_day}:", markup=False)
        made = table("What", ">Visits", ">Conversions", ">Revenue")
        for one in report.items:
            made.add_row(f"{one.channel}: {one.title or one.publication_id}", *_figures(one))
        made.add_row("Publications together", *_figures(report.publications))
        made.add_row("Other posts", *_figures(report.other_posts))
        made.add_row("Not attributed", *_figures(report.not_attributed))
        made.add_row("The whole", *_figures(report))
        screen.print(made)
    last = max((report.last_day for report in found.reports), default=None)
    if last is not None and last < found.until:
        told = f"Web analytics are imported through {last}: of {last + timedelta(days=1)} to {found.until} nothing is known."
        screen.print(told, markup=False, soft_wrap=True)


def _figures(one: "Figures") -> tuple[str, str, str]:
    money = ", ".join(f"{amount:,.2f} {currency}".rstrip() for currency, amount in one.revenue.items())
    shown = ("–" if value is None else f"{value:,}" for value in (one.sessions, one.conversions))
    return (*shown, money or "–")  # type: ignore[return-value]

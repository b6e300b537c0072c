"""From what became of each recipient to what became of the publication, and of the task. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cofounder.flow.publish.schemas import FINAL

LONGEST_WAIT_SECONDS = 4 * 3600.0
LONGEST_TOLD_SECONDS = 25 * 3600.0  # that a channel can ask for: the longest quotas are those of a day

LOOKED_UP = "No answer came; it was looked up there and found"
LOOKS_AFTER = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))  # one after the other


@dataclass(frozen=True)
class Outcome:
    """What became of one recipient's delivery.

    State: done, refused (surely not sent, for good), absent (surely not sent, may still be) or unknown. `away`: the
    channel itself did not answer, so that nobody else was worth trying. `until`: the channel wants to be left alone.
    `found`: no answer said so, it was looked up at the channel. `settled_by`: a person said so.
    """

    recipient: str
    state: str
    external_id: str | None = None
    url: str | None = None
    note: str | None = None
    away: bool = False
    until: datetime | None = None
    found: bool = False
    settled_by: str | None = None


def verdict(outcomes: Sequence[Outcome]) -> tuple[str, str]:
    """The state of the whole when no more attempts follow, and the sentence that says how many of how many."""
    if not outcomes:
        return "refused", "There was no recipient."
    state = "unknown" if unknown(outcomes) else "published" if _number(outcomes, "done") else "refused"
    return state, reasons(outcomes) if len(outcomes) == 1 else _shares(outcomes, refused=unsent(outcomes), later=0)


def looked_up(outcomes: Sequence[Outcome]) -> str | None:
    """That something counts as sent because it was found at the channel; None where every answer came."""
    found = sum(one.found and one.state == "done" for one in outcomes)
    if not found:
        return None
    return f"{LOOKED_UP}." if len(outcomes) == 1 else f"{LOOKED_UP} for {found} of {len(outcomes)}."


def so_far(outcomes: Sequence[Outcome]) -> str:
    """How many of how many while more attempts follow for those who surely did not get it yet."""
    later = _number(outcomes, "absent")
    if later == len(outcomes):
        return f"Not sent yet: {reasons(outcomes) or 'the way was closed'}"
    return _shares(outcomes, refused=_number(outcomes, "refused"), later=later)


def _shares(outcomes: Sequence[Outcome], *, refused: int, later: int) -> str:
    told = f"Sent to {_number(outcomes, 'done')} of {len(outcomes)}"
    told += f", {refused} refused" if refused else ""
    told += f", {unknown(outcomes)} unknown" if unknown(outcomes) else ""
    told += f", {later} to be sent still" if later else ""
    why = reasons(outcomes)
    return f"{told}: {why}" if why else f"{told}."


def _number(outcomes: Sequence[Outcome], state: str) -> int:
    return sum(one.state == state for one in outcomes)


def unknown(outcomes: Sequence[Outcome]) -> int:
    """Of how many recipients nobody knows whether they got it."""
    return _number(outcomes, "unknown")


def stage(outcomes: Sequence[Outcome]) -> str:
    """What an attempt came to whose rest is still to be sent."""
    return "unknown" if unknown(outcomes) else "partly" if _number(outcomes, "done") else "not_sent"


def unsent(outcomes: Sequence[Outcome]) -> int:
    """How many recipients surely did not get it."""
    return sum(one.state in ("refused", "absent") for one in outcomes)


def reasons(outcomes: Sequence[Outcome]) -> str:
    """Why it did not reach everybody, each reason once."""
    return "; ".join(dict.fromkeys(one.note for one in outcomes if one.note and one.state != "done"))


def sentences(*told: str | None) -> str | None:
    """What was told, one sentence after the other, each with an end; None where nothing was."""
    ended = [one.strip() if one.strip()[-1:] in ".!?…" else f"{one.strip()}." for one in told if one and one.strip()]
    return " ".join(ended) or None


def wait_seconds(attempts: int, *, first: float) -> float:
    """How long to wait after so many attempts in a row that sent nothing: four times longer each, at most four hours."""
    return float(min(first * 4.0 ** min(max(attempts - 1, 0), 20), LONGEST_WAIT_SECONDS))


def next_attempt(outcomes: Sequence[Outcome], at: datetime, *, attempts: int, first: float) -> datetime:
    """When to try again what was not sent, seen from `at`: not before the time that a channel named, within a day."""
    told = max((one.until for one in outcomes if one.until is not None), default=at)
    named = min((told - at).total_seconds(), LONGEST_TOLD_SECONDS)
    return at + timedelta(seconds=max(named, wait_seconds(attempts, first=first)))


def next_look(looks: int, at: datetime) -> datetime | None:
    """When a channel is asked again what became of a delivery, after so many looks; None: a person has to say it."""
    return at + LOOKS_AFTER[looks] if looks < len(LOOKS_AFTER) else None


def task_status(states: Sequence[str], expected: int) -> str:
    """What a task is while its publications stand like this; `expected` counts those whose row is still to come."""
    if any(state in ("attempting", "unknown") for state in states):
        return "publishing"
    over = sum(state in FINAL for state in states)
    return "completed" if over >= max(expected, len(states)) else "approved"

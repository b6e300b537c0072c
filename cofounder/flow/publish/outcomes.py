"""From what became of each recipient to what became of the publication, and of the task. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from cofounder.flow.publish.schemas import FINAL


@dataclass(frozen=True)
class Outcome:
    """What became of one recipient's delivery: done, refused (surely not sent) or unknown."""

    recipient: str
    state: str
    external_id: str | None = None
    url: str | None = None
    note: str | None = None


def verdict(outcomes: Sequence[Outcome]) -> tuple[str, str]:
    """The state of the whole, and the sentence that says how many of how many."""
    if not outcomes:
        return "refused", "There was no recipient."
    whole = len(outcomes)
    done, refused, unknown = (sum(one.state == state for one in outcomes) for state in ("done", "refused", "unknown"))
    state = "unknown" if unknown else "published" if done else "refused"
    reasons = "; ".join(dict.fromkeys(one.note for one in outcomes if one.note and one.state != "done"))
    if whole == 1:
        return state, reasons
    told = f"Sent to {done} of {whole}"
    told += f", {refused} refused" if refused else ""
    told += f", {unknown} unknown" if unknown else ""
    return state, f"{told}: {reasons}" if reasons else f"{told}."


def task_status(states: Sequence[str], expected: int) -> str:
    """What a task is while its publications stand like this; `expected` counts those whose row is still to come."""
    if any(state in ("attempting", "unknown") for state in states):
        return "publishing"
    over = sum(state in FINAL for state in states)
    return "completed" if over >= max(expected, len(states)) else "approved"

"""The moment that a request names for its text to go out, and the question where there is no such moment."""

import re
from datetime import datetime, timedelta

from cofounder.kit.clock import local, now
from cofounder.models.intent import Intent, Question

_STRETCH = re.compile(r"PT(\d{1,6})M")
AT_ONCE = "As soon as it is approved"


def meant(said: str | None, *, since: datetime) -> datetime | None:
    """The moment, by this machine's clocks where no zone is named; a day alone is nine o'clock. None of what has passed.

    `said` is a constraint's `publish_at`; a stretch counts from `since`.
    """
    if not said:
        return None
    if stretch := _STRETCH.fullmatch(said):
        at = since + timedelta(minutes=int(stretch[1]))
    else:
        try:
            at = local(datetime.fromisoformat(said if "T" in said else f"{said}T09:00"))
        except (ValueError, OverflowError):  # a model's own words for a time
            return None
    return at if at > now() else None


def asked(intent: Intent, at: datetime | None) -> list[Question]:
    """The intent's questions, with one about its time where that is none to come; none about it where `at` is settled."""
    if at is not None:
        return [one for one in intent.questions if one.field != "publish_at"]
    said = intent.constraints.publish_at
    if not said or any(one.field == "publish_at" for one in intent.questions):
        return intent.questions
    words = _words(intent, said)
    return [
        *intent.questions,
        Question(
            field="publish_at",
            question=f'When shall it go out? "{words}" has passed, or is no time that I can read. Name a day and an hour, as in "tomorrow at 9:00".',
            why="I choose no other time in its place without asking.",
            options=[*_tomorrow(said), AT_ONCE],
        ),
    ]


def _words(intent: Intent, said: str) -> str:
    """The time as the request names it, where that is known."""
    found = intent.evidence.get("constraints")
    return str(found.get("publish_at") or said) if isinstance(found, dict) else said


def _tomorrow(said: str) -> list[str]:
    """The same hour a day later, where an hour of today has passed."""
    try:
        at = local(datetime.fromisoformat(said)) + timedelta(days=1)
    except (ValueError, OverflowError):
        return []
    return [f"Publish on {at:%Y-%m-%d} at {at:%H:%M}"] if "T" in said and at > now() else []

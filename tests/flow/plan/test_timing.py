"""The time that a request names becomes the task's, or is asked about before anything goes on."""

from datetime import UTC, datetime, timedelta

import pytest

from cofounder.flow.plan import timing
from cofounder.kit.clock import frozen
from cofounder.models.intent import Constraints, Intent, Question

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def intent(said: str | None, questions: list[Question] | None = None) -> Intent:
    return Intent(
        intent="create_post",
        domain="content",
        constraints=Constraints(publish_at=said),
        questions=questions or [],
        evidence={"constraints": {"publish_at": "at 9 sharp"}},
    )


def test_a_zone_is_kept_and_a_stretch_counts_from_when_it_was_said() -> None:
    with frozen(NOW):
        assert timing.meant("2026-11-23T09:00+05:30", since=NOW) == datetime(2026, 11, 23, 3, 30, tzinfo=UTC)
        assert timing.meant("PT90M", since=NOW) == NOW + timedelta(minutes=90)
        assert timing.meant("PT90M", since=NOW - timedelta(hours=2)) is None, "it has passed"
        local = datetime(2026, 11, 24, 9).astimezone()
        assert timing.meant("2026-11-24", since=NOW) == local


@pytest.mark.parametrize("said", ["2026-11-22T09:00+00:00", "2026-11-20", "when the moon is full", "PT0M"])
def test_a_time_that_is_none_to_come_is_asked_about(said: str) -> None:
    with frozen(NOW):
        at = timing.meant(said, since=NOW)
        assert at is None
        (question,) = timing.asked(intent(said), at)
    assert question.field == "publish_at"
    assert '"at 9 sharp"' in question.question
    assert timing.AT_ONCE in question.options


def test_an_hour_of_today_that_has_passed_is_offered_for_tomorrow() -> None:
    past = (NOW - timedelta(hours=3)).astimezone()
    with frozen(NOW):
        (question,) = timing.asked(intent(f"{past:%Y-%m-%dT%H:%M}"), None)
    assert question.options[0] == f"Publish on {past + timedelta(days=1):%Y-%m-%d} at {past:%H:%M}"


def test_a_time_given_beside_the_request_settles_what_its_words_leave_open() -> None:
    open_ = Question(field="publish_at", question="When?", why="Unclear.")
    other = Question(field="topic", question="What about?", why="Unclear.")
    assert timing.asked(intent(None, [open_, other]), NOW) == [other]
    assert timing.asked(intent(None, [open_, other]), None) == [open_, other]
    assert timing.asked(intent(None), None) == []

"""A time of the request is not lost where a language model passes it over."""

from datetime import date

import pytest

from cofounder.models.chain import OFFLINE
from cofounder.models.intent import Action, Constraints, Intent
from cofounder.models.jobs import Understanding

TODAY = date(2026, 11, 22)
SAID = Action(kind="create_post", channels=["linkedin"], topic="tea")


def finished(request: str, said: Constraints) -> Intent:
    output = Intent(intent="create_social_content", domain="content", actions=[SAID], constraints=said)
    return Understanding(request, TODAY, {}, {}).finish(output, OFFLINE)


def test_the_time_that_the_rules_read_stands_where_the_model_names_none() -> None:
    intent = finished("Write a LinkedIn post about tea and publish it tomorrow at 9", Constraints(max_words=50))
    assert (intent.constraints.publish_at, intent.constraints.max_words) == ("2026-11-23T09:00", 50)
    assert intent.questions == []


def test_the_time_that_the_model_names_stands() -> None:
    intent = finished("Write a LinkedIn post about tea tomorrow at 9", Constraints(publish_at="2026-11-23T10:00"))
    assert intent.constraints.publish_at == "2026-11-23T10:00"
    assert intent.questions == []


@pytest.mark.parametrize("words", ["about our webinar tomorrow at 9", "about tea and publish it next month"])
def test_a_time_that_the_rules_would_ask_about_is_asked_about(words: str) -> None:
    intent = finished(f"Write a LinkedIn post {words}", Constraints())
    assert [one.field for one in intent.questions] == ["publish_at"]

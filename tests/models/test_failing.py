"""Why a model gave no answer is told in words that a person can act on."""

import pytest
from pydantic import BaseModel, ValidationError
from pydantic_ai.exceptions import ModelHTTPError, UnexpectedModelBehavior

from cofounder.models import failing


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (401, {"message": "Incorrect API key."}, "its server refused the key (401: Incorrect API key)"),
        (402, None, "the account there has no credit left (HTTP 402)"),
        (404, {"error": {"message": "no model x"}}, "its server knows no such model"),
        (429, {"error": "slow\n down"}, "its server takes no more requests for now (429: slow down)"),
        (400, b"\x00", "its server refused the request (HTTP 400)"),
        (500, {"error": {"code": 3}}, "its server failed (HTTP 500)"),
        (503, {"message": "x" * 5_000}, "its server failed (503: x"),
    ],
)
def test_an_answer_of_the_provider_is_told_as_what_it_means(status: int, body: object, words: str) -> None:
    told = failing.in_words(ModelHTTPError(status, "m", body))
    assert told.startswith(words)
    assert len(told) < 400
    assert "status_code" not in told


def test_what_is_no_answer_of_the_provider_is_told_too() -> None:
    assert failing.in_words(TimeoutError()) == "no answer in time"
    assert failing.in_words(UnexpectedModelBehavior("odd")).startswith("malformed answer: odd")
    assert failing.in_words(ValueError("what")) == "ValueError: what"


def test_a_malformed_answer_is_told_in_one_line() -> None:
    class Shape(BaseModel):
        intent: str
        domain: str

    with pytest.raises(ValidationError) as dump:
        Shape.model_validate({"body": 7})
    error = UnexpectedModelBehavior("odd")
    error.__cause__ = dump.value
    assert failing.in_words(error) == "malformed answer: intent: Field required (and 1 more)"

"""A text of the wrong form is refused in a person's words; the pattern itself is for machines."""

import ast
from pathlib import Path

import pytest
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, ValidationError

import cofounder
from cofounder.cli.causes import explain
from cofounder.flow.publish.schemas import PostedIn
from cofounder.flow.request.series.schemas import SeriesIn
from cofounder.kit import forms, problems

PACKAGE = Path(cofounder.__file__).parent


def test_every_pattern_of_a_field_has_its_sentence() -> None:
    bare = []
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in (
                "Field",
                "StringConstraints",
                "Query",
                "Path",
            ):
                bare += [
                    f"{path.relative_to(PACKAGE)}:{node.lineno}"
                    for one in node.keywords
                    if one.arg == "pattern" and isinstance(one.value, ast.Constant)
                ]
    assert bare == []


@pytest.mark.parametrize(
    ("shape", "given", "field", "words"),
    [
        (
            SeriesIn,
            {"name": "Numbers", "request": "Write a post", "channels": ["x"], "at": "25:00", "zone": "Europe/Berlin"},
            "at",
            "Write a time of day as 09:00, from 00:00 to 23:59",
        ),
        (PostedIn, {"url": "acme.example/1"}, "url", "Write the whole address, with http:// or https:// before it"),
    ],
)
def test_what_does_not_fit_is_said_over_http_and_at_the_command_line(
    shape: type[BaseModel], given: dict[str, object], field: str, words: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        shape.model_validate(given)
    faults = [{**one, "loc": ("body", *one["loc"])} for one in caught.value.errors()]
    over_http = problems.invalid(RequestValidationError(faults, body=given))
    assert over_http.errors == [{"field": field, "message": words}]
    said = explain(caught.value)
    assert said is not None
    assert said.errors == [{"field": field, "message": words}]


def test_one_pattern_has_one_sentence() -> None:
    pattern = forms.form("^only here$", "Write: only here")
    assert pattern == "^only here$"
    with pytest.raises(ValueError, match="has a sentence already"):
        forms.form("^only here$", "Write something else")


def test_a_pattern_of_others_is_said_as_they_say_it() -> None:
    class Theirs(BaseModel):
        name: str = Field(pattern="^theirs$")

    with pytest.raises(ValidationError) as caught:
        Theirs(name="ours")
    assert "theirs" in forms.complaint(caught.value.errors()[0])

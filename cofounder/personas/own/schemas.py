"""What goes over the wire about the voices of people's making."""

from typing import Annotated

from pydantic import AfterValidator, Field, StrictFloat, StrictInt, StringConstraints
from pydantic_core import PydanticCustomError

from cofounder.kit.forms import Declared
from cofounder.kit.http import VISIBLE, Body, ShortText, Shown, stripped
from cofounder.personas.drawing import Status

_NOTATION = "{}[]<>|"  # that clauses of the offline writer are written in


def _plain(given: str) -> str:
    if any(sign in given for sign in _NOTATION):
        raise PydanticCustomError("plain_words", "It may hold none of { } [ ] < > |")
    return given


def _sentence(given: str) -> str:
    if given[-1] not in ".?!":
        raise PydanticCustomError("whole_sentence", "It must be a whole sentence, with its full stop or question mark")
    if any(sign.isdigit() for sign in given):
        raise PydanticCustomError("no_figures", "It may hold no figure: figures come from the facts of each request")
    return given


Phrase = Annotated[
    str, StringConstraints(min_length=1, max_length=60), AfterValidator(stripped), VISIBLE, AfterValidator(_plain)
]
Sentence = Annotated[
    str,
    StringConstraints(min_length=1, max_length=160),
    AfterValidator(stripped),
    VISIBLE,
    AfterValidator(_plain),
    AfterValidator(_sentence),
    Declared({"pattern": r"[.?!]\s*$"}),
]
Instructions = Annotated[str, StringConstraints(max_length=4_000)]
Weight = Annotated[StrictFloat | StrictInt, Field(gt=0, le=1)]


class StyleIn(Body):
    """Habits that the offline writer keeps and a language model is told; what is left out is as with `like`."""

    sentence_words: Annotated[StrictFloat | StrictInt, Field(ge=4, le=24)] | None = Field(
        default=None, description="Words a sentence, on average."
    )
    never: Annotated[list[Phrase], Field(max_length=40)] = Field(
        default_factory=list, description="Words and phrases that it never says."
    )
    closings: Annotated[list[Sentence], Field(max_length=20)] = Field(
        default_factory=list, description="Sentences it ends on; one is drawn for each text."
    )


class VoiceIn(Body):
    """Who a voice is."""

    name: ShortText = Field(examples=["Workshop"])
    like: ShortText = Field(description="The one of the twelve that it is like.", examples=["humanVoice"])
    instructions: Instructions = Field(
        default="", description="For a language model, beside those of `like` and above them."
    )
    style: StyleIn = Field(default_factory=StyleIn)
    weight: Weight = Field(default=0.05, description="Beside those of the twelve, which add up to 1.")


class VoiceMadeIn(VoiceIn):
    """A new voice, and whether it is drawn at once."""

    status: Status = Field(default="testing", description="testing: drawn at the floor until it has shown something.")


class StyleOut(Shown):
    sentence_words: float = Field(description="Words a sentence, on average.")
    never: list[str]
    closings: list[str] = Field(description="Of its own; none where it ends as `like` does.")


class VoiceOut(Shown):
    """Who a voice is, one of the twelve or a person's own."""

    id: str
    name: str
    own: bool = Field(description="Made by people, and theirs to change.")
    like: str = Field(description="Its own id for one of the twelve.")
    instructions: str
    style: StyleOut
    weight: float
    status: Status
    made_by: str | None
    changed_by: str | None


class SampleIn(Body):
    """Which voices are to write; one that is not kept yet may be tried too."""

    voices: Annotated[list[ShortText], Field(max_length=60)] = Field(
        default_factory=list, description="Ids; none: every voice."
    )
    draft: VoiceIn | None = Field(default=None, description="A voice to try before it is made.")
    channel: ShortText = "linkedin"


class SampleOut(Shown):
    """One voice's text of the same facts as all others'."""

    persona: str | None = Field(description="None of a voice that is only tried.")
    name: str
    text: str
    words: int
    words_a_sentence: float
    notes: list[str]


class SamplesOut(Shown):
    facts: list[str] = Field(description="What every text was made of: an invented company's.")
    items: list[SampleOut]

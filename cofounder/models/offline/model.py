"""The built-in model behind Pydantic AI's interface, so that whatever takes a model can take this one."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic_ai.exceptions import ModelAPIError
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    ModelResponsePart,
    TextPart,
    ToolCallPart,
    UserPromptPart,
)
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.profiles import ModelProfile
from pydantic_ai.settings import ModelSettings
from pydantic_ai.usage import RequestUsage

from cofounder.models.brief import Brief


class OfflineModel(Model[Any]):
    """Reads the last user part as JSON and answers with JSON.

    {"role": "writer", "brief": {…}} is answered with a Draft;
    {"role": "planner", "request", "today", "answers", "preferences"} with an Intent.
    """

    def __init__(self) -> None:
        super().__init__(
            profile=ModelProfile(
                supports_tools=True,
                supports_json_schema_output=True,
                supports_json_object_output=True,
            )
        )

    @property
    def model_name(self) -> str:
        return "offline"

    @property
    def system(self) -> str:
        return "cofounder"

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        _, parameters = self.prepare_request(model_settings, model_request_parameters)
        answer = self._answer(_last_user_part(messages))
        part: ModelResponsePart = TextPart(json.dumps(answer))
        if parameters.output_tools:
            part = ToolCallPart(tool_name=parameters.output_tools[0].name, args=answer)
        return ModelResponse(parts=[part], usage=RequestUsage(), model_name=self.model_name)

    def _answer(self, words: str) -> dict[str, Any]:
        try:
            asked = json.loads(words)
        except json.JSONDecodeError as error:
            raise self._cannot("free text") from error
        role = asked.get("role") if isinstance(asked, dict) else None
        if role == "writer":
            return written(asked)
        if role == "planner":
            return understood(asked)
        raise self._cannot(f"the role {role!r}")

    def _cannot(self, what: str) -> ModelAPIError:
        return ModelAPIError(
            self.model_name,
            f"The offline model answers a brief or a request to parse, not {what}.",
        )


def written(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The draft of a brief, both as JSON."""
    from cofounder.models.offline.writer import write

    return write(Brief.model_validate(asked["brief"])).model_dump(mode="json")


def understood(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The intent of a request, both as JSON."""
    from cofounder.models.offline.parser import parse

    intent = parse(
        asked["request"],
        today=date.fromisoformat(asked["today"]),
        answers=asked.get("answers") or {},
        preferences=asked.get("preferences") or {},
    )
    return intent.model_dump(mode="json")


def _last_user_part(messages: list[ModelMessage]) -> str:
    for message in reversed(messages):
        if isinstance(message, ModelRequest):
            for part in reversed(message.parts):
                if isinstance(part, UserPromptPart):
                    return part.content if isinstance(part.content, str) else str(part.content[-1])
    return ""

"""The training routes answer {success, data, error, message}; a download streams the bare file."""

from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel

from cofounder.kit.errors import CofounderError
from cofounder.kit.problems import invalid

T = TypeVar("T")


class Envelope(BaseModel, Generic[T]):
    """What the training routes answer. The HTTP status says the same as `success`."""

    success: bool = True
    data: T | None = None
    error: dict[str, Any] | None = None
    message: str | None = None


def wrapped(data: T, message: str | None = None) -> Envelope[T]:
    return Envelope[T](data=data, message=message)


class EnvelopeRoute(APIRoute):
    """A route whose errors come in the envelope: `error` is the problem that other routes answer with."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await inner(request)
            except RequestValidationError as error:
                return _refused(invalid(error))
            except CofounderError as error:
                return _refused(error)

        return handle


def _refused(error: CofounderError) -> JSONResponse:
    problem = error.problem()
    body = Envelope[None](success=False, error=problem, message=problem["detail"])
    headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else None
    return JSONResponse(body.model_dump(mode="json"), status_code=error.status, headers=headers)

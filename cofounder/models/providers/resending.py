"""A model that is asked once more where it refused before it did anything. Nothing else is ever sent twice."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from pydantic_ai.messages import ModelResponse
from pydantic_ai.models import StreamedResponse
from pydantic_ai.models.wrapper import WrapperModel

from cofounder.models import failing


class OnceMore(WrapperModel):
    """The SDKs send again what was lost on the way too, which may be billed: they are kept from it by `max_retries=0`."""

    async def request(self, *given: Any, **named: Any) -> ModelResponse:
        try:
            return await self.wrapped.request(*given, **named)
        except Exception as error:
            await _rest(error)
        return await self.wrapped.request(*given, **named)

    @asynccontextmanager
    async def request_stream(self, *given: Any, **named: Any) -> AsyncGenerator[StreamedResponse, None]:
        begun = False
        try:
            async with self.wrapped.request_stream(*given, **named) as stream:
                begun = True
                yield stream
                return
        except Exception as error:
            if begun:
                raise
            await _rest(error)
        async with self.wrapped.request_stream(*given, **named) as stream:
            yield stream


async def _rest(error: Exception) -> None:
    """Wait for the second try. Raises the error where there is none."""
    pause = failing.pause(error)
    if pause is None:
        raise error
    await asyncio.sleep(pause)

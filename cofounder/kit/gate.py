"""What is refused before any route sees it: bodies over the limit, characters in the address that cannot be stored."""

from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cofounder.kit.problems import MAX_BODY_BYTES, BodyTooLarge, RequestInvalid, answer


class Gate:
    """ASGI middleware. A body that does not say its length is counted as it comes."""

    def __init__(self, app: ASGIApp, max_bytes: int = MAX_BODY_BYTES) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        stated = dict(scope["headers"]).get(b"content-length", b"0")
        if stated.isdigit() and int(stated) > self.max_bytes:
            await answer(BodyTooLarge(), scope["path"])(scope, receive, send)
            return
        name = _unstorable(scope["query_string"])
        if name is not None:
            fault = {"field": name, "message": "It holds a NUL character, which cannot be stored."}
            error = RequestInvalid(f"{name}: {fault['message']}", errors=[fault])
            await answer(error, scope["path"])(scope, receive, send)
            return
        seen = 0

        async def limited() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.max_bytes:
                raise BodyTooLarge()
            return message

        await self.app(scope, limited, send)


def _unstorable(query: bytes) -> str | None:
    """The name of a query parameter with a NUL character in it; None: there is none."""
    if b"%00" not in query and b"\x00" not in query:
        return None
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    return next((name.replace("\x00", "") for name, value in pairs if "\x00" in name + value), None)

"""The outermost layer: refuses what no route should see, and turns what nobody foresaw into an answer."""

from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cofounder.kit.problems import MAX_BODY_BYTES, BodyTooLarge, RequestInvalid, answer, unexpected


class Broken(Exception):
    """An answer broke off while it was sent; the log has the reason."""


class Gate:
    """ASGI middleware. Refuses bodies over the limit and characters in the address that cannot be stored."""

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
        await self._pass(scope, receive, send)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        seen, begun = 0, False

        async def limited() -> Message:
            """A body that does not say its length is counted as it comes."""
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.max_bytes:
                raise BodyTooLarge()
            return message

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, limited, noted)
        except Exception as error:
            # answered here, where our log takes the secrets out, and not by the server, which would print them
            said = unexpected(error, scope["method"], scope["path"])
            if begun:
                raise Broken(scope["path"]) from None  # an answer half sent can only be cut
            await said(scope, receive, send)


def _unstorable(query: bytes) -> str | None:
    """The name of a query parameter with a NUL character in it; None: there is none."""
    if b"%00" not in query and b"\x00" not in query:
        return None
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    return next((name.replace("\x00", "") for name, value in pairs if "\x00" in name + value), None)

"""Serves the built page: its files as they lie, and the page itself at every address that is not a file or the API.

A deep link that is reloaded gets the page, never JSON; an unknown address below /api stays a problem.
"""

import asyncio
import gzip
from functools import lru_cache
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse, PlainTextResponse, Response
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

BUILT = Path(__file__).parent.parent / "_web"
FOREVER = "public, max-age=31536000, immutable"  # the names of these files carry their content's hash
SQUEEZED = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}  # fonts are compressed already
SMALL_BYTES = 1_000  # what fits into one packet gains nothing

# The page loads nothing from elsewhere; style attributes are how its component library sets sizes.
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; font-src 'self'; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}

_NO_PAGE = ("api", "mcp", ".well-known")  # programs ask there, and would take the page for an answer


def is_built(built: Path = BUILT) -> bool:
    """Whether there is a page to serve."""
    return (built / "index.html").is_file()


def install(app: FastAPI, built: Path = BUILT) -> None:
    """Let whatever no route answers be the page. Without a built page its addresses say how to build it."""
    missing = app.router.default

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        address = scope.get("path", "").lstrip("/")
        asked = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        if not asked or address.split("/")[0] in _NO_PAGE:
            await missing(scope, receive, send)
            return
        zipped = "gzip" in Headers(scope=scope).get("accept-encoding", "")
        answer = await asyncio.to_thread(_file, built, address, zipped)
        if answer is None and "." in address.rsplit("/", 1)[-1]:  # a file that is not there, say of an older build
            await missing(scope, receive, send)
            return
        if answer is None:
            answer = await asyncio.to_thread(_page, built)
        await answer(scope, receive, send)

    app.router.default = page


def _file(built: Path, address: str, zipped: bool = False) -> Response | None:
    """The file of this name inside the built page, None for none and for what lies outside."""
    wanted = (built / address).resolve()
    if not address or not wanted.is_relative_to(built.resolve()) or not wanted.is_file():
        return None
    if not address.startswith("assets/"):
        return FileResponse(wanted, headers={**HEADERS, "Cache-Control": "no-cache"})
    headers = {**HEADERS, "Cache-Control": FOREVER}
    kind, seen = SQUEEZED.get(wanted.suffix), wanted.stat()
    if kind is None or seen.st_size < SMALL_BYTES:
        return FileResponse(wanted, headers=headers)
    headers["Vary"] = "Accept-Encoding"
    if not zipped:
        return FileResponse(wanted, headers=headers)
    headers |= {"Content-Encoding": "gzip", "Content-Type": kind}
    return Response(_squeezed(wanted, seen.st_mtime_ns), headers=headers)


@lru_cache(maxsize=256)
def _squeezed(file: Path, changed_at: int) -> bytes:
    """The file, compressed once in the life of a server."""
    return gzip.compress(file.read_bytes(), mtime=0)


def _page(built: Path) -> Response:
    index = built / "index.html"
    if not index.is_file():
        said = "The page was not built. In a checkout, run: make setup. The API works: /api/openapi.json\n"
        return PlainTextResponse(said, status_code=503, headers=HEADERS)
    return FileResponse(index, headers={**HEADERS, "Cache-Control": "no-cache"})

"""The page's cookie: no script reads it, no other site sends it, and what it may change must come from our own page."""

from fastapi import Request, Response

from cofounder.kit.errors import NotAllowed
from cofounder.people.sign_ins import COOKIE_LASTS
from cofounder.settings import settings

SAFE = ("GET", "HEAD", "OPTIONS")


class OriginForeign(NotAllowed):
    """The request came from another site."""

    hint = "Use the product's own page. Scripts send a key instead: Authorization: Bearer KEY"


ENCRYPTED = "__Host-cofounder"  # the browser itself holds a cookie of this name to its host and to https


def name(request: Request) -> str:
    """In clear, a port tells two products on one machine apart."""
    return ENCRYPTED if _encrypted(request) else f"cofounder_{request.url.port or 80}"


def read(request: Request) -> str | None:
    """The cookie, by either of its names: reading says nothing of where the browser stands."""
    return request.cookies.get(ENCRYPTED) or request.cookies.get(f"cofounder_{request.url.port or 80}")


def give(request: Request, response: Response, secret: str) -> None:
    response.set_cookie(
        name(request),
        secret,
        max_age=int(COOKIE_LASTS.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=_encrypted(request),
        path="/",
    )
    response.headers["Cache-Control"] = "no-store"


def take(request: Request, response: Response) -> None:
    response.delete_cookie(name(request), httponly=True, samesite="strict", secure=_encrypted(request), path="/")


def same_origin(request: Request, *, must: bool) -> None:
    """Raise OriginForeign when the request names another origin; or, where it `must`, none."""
    if request.method in SAFE:
        return
    origin = request.headers.get("origin")
    if origin is None and not must:
        return
    if origin not in _ours(request):
        raise OriginForeign(f"Its Origin is {origin[:200]}." if origin else "It has no Origin.")


def _encrypted(request: Request) -> bool:
    """Whether the browser came over https: here, or at the proxy before us that the settings name.

    A proxy may pass on its own name for us as Host; the browser's Origin tells where it stands.
    """
    public = settings().public_url or ""
    stands = request.headers.get("origin") or f"https://{request.headers.get('host', '')}".lower()
    return request.url.scheme == "https" or (public.startswith("https://") and stands == public)


def _ours(request: Request) -> set[str]:
    found = {f"{request.url.scheme}://{request.headers.get('host', '')}".lower()}
    return found | {settings().public_url or ""} - {""}

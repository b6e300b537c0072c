"""What a route declares: the least role that may call it.

A route takes one parameter of type Viewer, Operator, Approver or Admin. Without a key or a sign-in there is no caller,
on loopback neither: whatever else runs on the machine could otherwise approve.
"""

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from cofounder.kit import db
from cofounder.kit.errors import NotAllowed, NotSignedIn
from cofounder.people import cookies, service, sign_ins
from cofounder.people.roles import Caller, Role

# Asked before anybody is known: whether it runs, and who somebody is.
PUBLIC_PATHS = frozenset(
    {
        "/api/health",
        "/api/ready",
        "/api/auth/sign-in",
        "/api/auth/link",
        "/api/auth/token",
        "/api/auth/refresh",
        "/api/channels/callback",  # a provider sends a browser there, without our cookie: what it brings is looked at
    }
)

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="Bearer",
    description="A key made with `cofounder keys create`, or an access token from /api/auth/token",
)
_Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


async def signed_in(request: Request, credentials: _Credentials) -> Caller:
    """Whoever sent the request: the holder of a key, of an access token, or of the page's cookie.

    Raises NotSignedIn, and OriginForeign for a change that a cookie came with from another site.
    """
    if credentials is not None:
        return await holder(credentials.credentials)
    cookie = cookies.read(request)
    if cookie is None:
        raise NotSignedIn()
    cookies.same_origin(request, must=True)
    async with db.reading() as session:  # a note of when it was last seen commits by itself
        return await sign_ins.with_cookie(session, cookie)


async def holder(secret: str) -> Caller:
    """The holder of a key or of an access token. Raises NotSignedIn."""
    async with db.reading() as session:  # as above, for every request pays it
        if secret.count(".") == 2:
            return await sign_ins.with_access_token(session, secret)
        return await service.sign_in(session, secret)


class AtLeast:
    """The dependency that lets a caller pass from `role` on."""

    def __init__(self, role: Role) -> None:
        self.role: Role = role

    async def __call__(self, caller: Annotated[Caller, Depends(signed_in)]) -> Caller:
        """The caller, who has the role. Raises NotAllowed naming the role that is needed."""
        if not caller.may(self.role):
            raise NotAllowed(
                f"This needs the role {self.role}; {caller.told} has the role {caller.role}.",
                hint=f"Use a key with the role {self.role}: cofounder keys create NAME --role {self.role}"
                if caller.kind == "key"
                else "Ask an admin for the role.",
            )
        return caller


Viewer = Annotated[Caller, Depends(AtLeast("viewer"))]
Operator = Annotated[Caller, Depends(AtLeast("operator"))]
Approver = Annotated[Caller, Depends(AtLeast("approver"))]
Admin = Annotated[Caller, Depends(AtLeast("admin"))]


def declared_role(route: Any) -> Role | None:
    """The role a route declares, None when it declares none. Raises ValueError when it declares more than one."""
    roles = set(_roles(route.dependant))
    if len(roles) > 1:
        raise ValueError(f"{route.path} declares more than one role: {', '.join(sorted(roles))}")
    return next(iter(roles), None)


def undeclared_routes(app: FastAPI) -> list[str]:
    """The API routes of `app` that declare no role and are not public, as "GET /api/…". Should be empty."""
    return [
        f"{'/'.join(sorted(route.methods or []))} {route.path}"
        for route in iter_route_contexts(app.routes)
        if isinstance(route.original_route, APIRoute)
        and route.path not in PUBLIC_PATHS
        and declared_role(route) is None
    ]


def _roles(dependant: Dependant) -> Iterator[Role]:
    if isinstance(dependant.call, AtLeast):
        yield dependant.call.role
    for inner in dependant.dependencies:
        yield from _roles(inner)

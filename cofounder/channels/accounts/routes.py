"""Channels and their accounts: looked at as a viewer, connected as an admin."""

import secrets
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query, Request, Response
from fastapi.responses import RedirectResponse

from cofounder.channels import sites
from cofounder.channels.accounts import checking, errors, leaving, service, signing_in, views
from cofounder.channels.accounts.schemas import (
    AccountChoice,
    AccountConnected,
    AccountIn,
    AccountLeft,
    ChannelAccountOut,
    ChannelOut,
    SignInBegun,
    SignInIn,
)
from cofounder.channels.sites import LinksOut
from cofounder.kit.errors import CofounderError
from cofounder.kit.http import Page, Router, Session, documented
from cofounder.people import Admin, Viewer
from cofounder.settings import settings

router = Router(prefix="/api/channels", tags=["channels"])
PAGE = "/content?tab=channels"
_COOKIE = "cofounder_channel"


@router.get("")
async def list_channels(request: Request, session: Session, caller: Viewer) -> Page[ChannelOut]:
    """Every channel: what it takes, its accounts, how they are in words, what ends when, quotas as far as known."""
    found = await views.standing(session, redirect=_redirect(request))
    return Page[ChannelOut](items=found, next_cursor=None, total=len(found))


@router.get("/links", responses=documented())
async def show_links(session: Session, caller: Viewer) -> LinksOut:
    """Whether links to the company's own sites are tagged, which sites these are, and what to set where none is."""
    return await sites.standing(session)


@router.post(
    "/accounts",
    status_code=201,
    responses=documented(
        errors.WayUnfit, errors.AddressUnfit, errors.AccountRefused, errors.AccountNameTaken, errors.ProviderAway
    ),
)
async def connect_account(body: AccountIn, caller: Admin) -> AccountConnected:
    """Connect an account by an access token, an application password, an admin key or an address.

    The provider is asked whether it works before anything is stored. A webhook's `signing_key` is shown this once.
    """
    row, key = await service.connect(body, by=caller)
    return AccountConnected(**views.shown(row).model_dump(), signing_key=key)


@router.post(
    "/sign-in",
    status_code=201,
    responses=documented(errors.WayUnfit, errors.ChannelAccountMissing, errors.AccountSealed),
)
async def begin_sign_in(
    body: SignInIn, request: Request, response: Response, session: Session, caller: Admin
) -> SignInBegun:
    """Begin a sign-in at LinkedIn, X or Facebook with your company's own app; open the `url` within ten minutes.

    Begun on the page, it has to end in the same browser.
    """
    browser = secrets.token_urlsafe(32) if "authorization" not in request.headers else None
    begun = await signing_in.begin(session, body, redirect=_redirect(request), browser=browser, by=caller)
    if browser is not None:
        response.set_cookie(
            _COOKIE,
            browser,
            max_age=int(signing_in.LASTS.total_seconds()),
            httponly=True,
            samesite="lax",  # it comes along when the provider sends the browser back
            secure=begun.redirect_uri.startswith("https://"),
            path=signing_in.CALLBACK,
        )
    return begun


@router.get("/callback", status_code=303, response_class=RedirectResponse, include_in_schema=False)
async def end_sign_in(
    request: Request,
    state: Annotated[str | None, Query(max_length=200)] = None,
    code: Annotated[str | None, Query(max_length=4_000)] = None,
    error: Annotated[str | None, Query(max_length=500)] = None,
    error_description: Annotated[str | None, Query(max_length=2_000)] = None,
) -> RedirectResponse:
    """Where a provider sends the browser back to. It leads to the page, which says what came of it."""
    came = signing_in.Came(state or "", code, error_description or error, request.cookies.get(_COOKIE))
    try:
        row = await signing_in.finish(came)
        said = {"account": str(row.id)}
    except CofounderError as failed:
        said = {"problem": failed.code(), "said": failed.detail[:300]}
    answer = RedirectResponse(f"{PAGE}&{urlencode(said)}", status_code=303)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.delete_cookie(_COOKIE, path=signing_in.CALLBACK, httponly=True, samesite="lax")
    return answer


@router.post(
    "/accounts/{account_id}/choose",
    responses=documented(
        errors.ChannelAccountMissing,
        errors.NothingToChoose,
        errors.ChoiceUnknown,
        errors.AccountNameTaken,
        errors.AccountSealed,
    ),
)
async def choose_account(account_id: UUID, body: AccountChoice, session: Session, caller: Admin) -> ChannelAccountOut:
    """Connect one of the pages or organisations that a sign-in may speak for."""
    return views.shown(await service.choose(session, account_id, body.external_id, by=caller))


@router.post("/accounts/{account_id}/check", responses=documented(errors.ChannelAccountMissing))
async def check_account(account_id: UUID, caller: Admin) -> ChannelAccountOut:
    """Ask the provider now whether the access still holds; what is wrong stands in `problem`."""
    return views.shown(await checking.check(account_id))


@router.post("/accounts/{account_id}/default", responses=documented(errors.ChannelAccountMissing, errors.AccountUnfit))
async def make_account_default(account_id: UUID, session: Session, caller: Admin) -> ChannelAccountOut:
    """Let the channel's texts go by this account unless another is named."""
    return views.shown(await service.make_default(session, account_id, by=caller))


@router.delete("/accounts/{account_id}/default", responses=documented(errors.ChannelAccountMissing))
async def leave_account_default(account_id: UUID, session: Session, caller: Admin) -> ChannelAccountOut:
    """Let the channel have no default account: what names none goes to the outbox.

    E-mail goes by the mail server of the settings again, if they name one.
    """
    return views.shown(await service.leave_default(session, account_id, by=caller))


@router.delete("/accounts/{account_id}", responses=documented(errors.ChannelAccountMissing))
async def disconnect_account(account_id: UUID, caller: Admin) -> AccountLeft:
    """Take the access back at the provider where it lets one, and erase tokens, passwords and keys here.

    What is scheduled by it goes to the outbox at its time, unless the account is connected again by then.
    """
    row, revoked, waits = await leaving.disconnect(account_id, by=caller)
    return AccountLeft(**views.shown(row).model_dump(), revoked=revoked, **waits._asdict())


def _redirect(request: Request) -> str:
    """Where providers send the browser back to: as people reach us."""
    base = settings().public_url or f"{request.url.scheme}://{request.headers.get('host', request.url.netloc)}"
    return base + signing_in.CALLBACK

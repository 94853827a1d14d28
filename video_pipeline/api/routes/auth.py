"""Logging in, staying so, and one's own account."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Depends, Request, Response

from video_pipeline.accounts import sessions
from video_pipeline.accounts.sessions import Grant
from video_pipeline.api import cookies, problems, rates
from video_pipeline.api.cookies import Cookie
from video_pipeline.api.dependencies import CallerDep, Catalog, RatesDep, Tokens, address_of, anonymous
from video_pipeline.api.rates import Rule
from video_pipeline.api.schemas.accounts import Granted, Login, MePatch, RefreshToken, User
from video_pipeline.catalog import directory
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import people
from video_pipeline.errors import NotAuthenticated

router = APIRouter(prefix="/api/auth", tags=["accounts"])

_OPEN = problems.responses(
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
_BY_COOKIE = _OPEN | problems.responses(HTTPStatus.FORBIDDEN)
_OWN = _OPEN | problems.responses(HTTPStatus.FORBIDDEN)


@router.post("/login", operation_id="login", responses=_BY_COOKIE)
def login(
    given: Login, request: Request, response: Response, catalog: Catalog, tokens: Tokens, counted: RatesDep
) -> Granted:
    """Give tokens for an e-mail address and a password."""
    counted.spend(Rule.LOGIN, address_of(request))
    counted.spend(Rule.LOGIN, rates.of_email(given.email))
    if given.cookie:
        cookies.check_origin(request)  # else a page elsewhere could log its visitors in, as somebody of its choice
    grant = sessions.log_in(catalog, tokens, given.email, given.password.get_secret_value())
    request.state.user_id = tokens.read(grant.access_token).user_id
    return _granted(grant, request, response, in_cookies=given.cookie)


@router.post("/refresh", operation_id="refresh", responses=_BY_COOKIE, dependencies=[Depends(anonymous)])
def refresh(given: RefreshToken, request: Request, response: Response, catalog: Catalog, tokens: Tokens) -> Granted:
    """Give new tokens for a refresh token. One that is used twice ends the login that it came of."""
    shown = _shown(given, request)
    if shown is None:
        raise NotAuthenticated("Log in: the request holds no refresh token.")
    grant = sessions.refresh(catalog, tokens, shown)
    return _granted(grant, request, response, in_cookies=given.refresh_token is None)


def _shown(given: RefreshToken, request: Request) -> str | None:
    if given.refresh_token is not None:
        return given.refresh_token.get_secret_value()
    return cookies.token(request, Cookie.REFRESH)


def _granted(grant: Grant, request: Request, response: Response, *, in_cookies: bool) -> Granted:
    response.headers["Cache-Control"] = "no-store"  # RFC 6749, section 5.1
    if in_cookies:
        cookies.keep(request, response, grant)
        return Granted(access_token=None, refresh_token=None, expires_in=grant.expires_in_seconds)
    return Granted(
        access_token=grant.access_token, refresh_token=grant.refresh_token, expires_in=grant.expires_in_seconds
    )


@router.post(
    "/logout",
    operation_id="logout",
    status_code=HTTPStatus.NO_CONTENT,
    responses=_BY_COOKIE,
    dependencies=[Depends(anonymous)],
)
def logout(given: RefreshToken, request: Request, response: Response, catalog: Catalog) -> None:
    """End the login that a refresh token came of. The access token lives on for the minutes it has left."""
    shown = _shown(given, request)
    if shown is not None:
        sessions.log_out(catalog, shown)
    if given.refresh_token is None:
        cookies.forget(request, response)


@router.get("/me", operation_id="get_me", responses=_OWN)
def get_me(caller: CallerDep, catalog: Catalog) -> User:
    """One's own account."""
    with transaction(catalog) as connection:
        return User.of(directory.user(connection, caller.user_id))


@router.patch("/me", operation_id="change_me", responses=_OWN)
def change_me(given: MePatch, caller: CallerDep, catalog: Catalog, counted: RatesDep) -> User:
    """Change one's name, or the password; a new password ends every login."""
    if given.old_password and given.new_password:
        counted.spend(Rule.LOGIN, str(caller.user_id))  # whoever has found a token must not find the password with it
        old, new = given.old_password.get_secret_value(), given.new_password.get_secret_value()
        sessions.change_password(catalog, caller.user_id, old=old, new=new)
    with transaction(catalog) as connection:
        if given.display_name is not None:
            people.rename(connection, caller.user_id, given.display_name)
        return User.of(directory.user(connection, caller.user_id))

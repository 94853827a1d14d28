"""Logins of browsers: tokens in cookies that no script can read, for pages that send no Authorization header.

Cookies are sent by themselves, so each request that brings one must come from a page of this very origin; see
docs/decisions/0015-cookies-for-browsers.md.
"""

from __future__ import annotations

from enum import StrEnum
from urllib.parse import urlsplit

from fastapi import Response
from fastapi.security import APIKeyCookie
from starlette.requests import HTTPConnection

from video_pipeline.accounts.sessions import REFRESH_LIFETIME, Grant
from video_pipeline.errors import CrossOrigin

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Cookie(StrEnum):
    """The two tokens, by what their cookies are called on plain http."""

    ACCESS = "video_pipeline_access"
    REFRESH = "video_pipeline_refresh"


PATHS = {Cookie.ACCESS: "/", Cookie.REFRESH: "/api/auth"}
#: Browsers take cookies of these names over https alone; with `__Host-`, from this very host and for all its paths.
PREFIXES = {Cookie.ACCESS: "__Host-", Cookie.REFRESH: "__Secure-"}


class AccessCookie(APIKeyCookie):
    """The access token of a browser, as a way to say who one is."""

    def __init__(self) -> None:
        super().__init__(
            name=Cookie.ACCESS,
            scheme_name="cookie",
            auto_error=False,
            description="Set by POST /api/auth/login with `cookie`; over https its name begins with `__Host-`. "
            "It counts in requests of pages of this origin only, and where there is no Authorization header.",
        )

    async def __call__(self, request: HTTPConnection) -> str | None:
        """The token, if the request brings one and does not say in another way who asks."""
        return None if "authorization" in request.headers else token(request, Cookie.ACCESS)


def token(request: HTTPConnection, cookie: Cookie) -> str | None:
    """What the request brings in a cookie of that kind.

    Raises:
        CrossOrigin: it brings one, and does not come from a page of ours.
    """
    found = request.cookies.get(_name(request, cookie))
    if found is not None:
        check_origin(request)
    return found or None


def check_origin(request: HTTPConnection) -> None:
    """Let pass what a page of this origin asks, and what a person opens.

    `Sec-Fetch-Site` tells where browsers know it, which is over https and on this machine; else it is the `Origin` that
    they send with all that changes something. A proxy may end TLS, so hosts are compared and not schemes.

    Raises:
        CrossOrigin: another page asks, or nothing says that it is none.
    """
    is_safe = request.scope["method"] in SAFE_METHODS
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        is_ours = site == "same-origin" or (site == "none" and is_safe)
    elif origin is not None:
        is_ours = _host(origin) == request.headers.get("host", "").lower() != ""
    else:
        is_ours = is_safe
    if not is_ours:
        raise CrossOrigin


def _host(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:  # a bracket that no address of IPv6 is in
        return ""


def keep(request: HTTPConnection, response: Response, grant: Grant) -> None:
    """Have the browser keep both tokens for as long as they live."""
    _set(request, response, Cookie.ACCESS, grant.access_token, grant.expires_in_seconds)
    _set(request, response, Cookie.REFRESH, grant.refresh_token, int(REFRESH_LIFETIME.total_seconds()))


def forget(request: HTTPConnection, response: Response) -> None:
    """Have the browser throw both away."""
    for cookie in Cookie:
        _set(request, response, cookie, "", 0)


def _set(request: HTTPConnection, response: Response, cookie: Cookie, value: str, seconds: int) -> None:
    response.set_cookie(
        _name(request, cookie),
        value,
        max_age=seconds,
        path=PATHS[cookie],
        secure=_is_https(request),
        httponly=True,
        samesite="strict",
    )


def _name(request: HTTPConnection, cookie: Cookie) -> str:
    """Over https no other name counts: a neighbour under our domain could have set a cookie of the plain one."""
    return PREFIXES[cookie] + cookie if _is_https(request) else cookie.value


def _is_https(request: HTTPConnection) -> bool:
    return request.url.scheme == "https"

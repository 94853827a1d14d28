from __future__ import annotations

import pytest
from fastapi import Response
from starlette.requests import Request

from video_pipeline.accounts.sessions import Grant
from video_pipeline.api import cookies
from video_pipeline.api.cookies import Cookie
from video_pipeline.errors import CrossOrigin

HOST = "videos.example.org:8443"
GRANT = Grant("the access token", "the-refresh-token")


def asked(method: str = "POST", *, scheme: str = "http", **headers: str) -> Request:
    """A request with these headers, which are named with underscores."""
    told = {"host": HOST} | {name.replace("_", "-"): value for name, value in headers.items()}
    raw = [(name.encode(), value.encode()) for name, value in told.items()]
    return Request(
        {"type": "http", "method": method, "scheme": scheme, "path": "/", "query_string": b"", "headers": raw}
    )


def passes(request: Request) -> bool:
    try:
        cookies.check_origin(request)
    except CrossOrigin:
        return False
    return True


@pytest.mark.parametrize(
    ("method", "headers", "is_ours"),
    [
        ("POST", {"sec_fetch_site": "same-origin"}, True),
        ("GET", {"sec_fetch_site": "same-origin"}, True),
        ("GET", {"sec_fetch_site": "none"}, True),  # a person has opened the address
        ("POST", {"sec_fetch_site": "none"}, False),
        ("POST", {"sec_fetch_site": "same-site"}, False),  # another port of this machine, for one
        ("GET", {"sec_fetch_site": "same-site"}, False),
        ("GET", {"sec_fetch_site": "cross-site"}, False),
        ("DELETE", {"sec_fetch_site": "cross-site", "origin": f"https://{HOST}"}, False),
        ("POST", {"origin": f"https://{HOST}"}, True),
        ("POST", {"origin": f"http://{HOST.upper()}"}, True),
        ("POST", {"origin": "https://videos.example.org"}, False),
        ("POST", {"origin": f"https://{HOST}.evil.example"}, False),
        ("POST", {"origin": "null"}, False),
        ("POST", {"origin": "http://[oops"}, False),
        ("GET", {"origin": "https://evil.example"}, False),
        ("GET", {}, True),  # pages of this origin say no more where there is no TLS
        ("POST", {}, False),
    ],
)
def test_only_pages_of_this_origin_are_served_by_cookie(method: str, headers: dict[str, str], is_ours: bool) -> None:
    assert passes(asked(method, **headers)) is is_ours


def test_a_host_that_is_not_told_is_nobodys() -> None:
    nameless = asked(origin="null")
    nameless.scope["headers"] = [(b"origin", b"null")]

    assert not passes(nameless)


def kept(scheme: str) -> list[str]:
    """The cookies that a browser is given."""
    response = Response()
    cookies.keep(asked(scheme=scheme), response, GRANT)
    return response.headers.getlist("set-cookie")


def test_tokens_are_kept_out_of_reach_of_scripts_and_of_other_sites() -> None:
    assert kept("http") == [
        'video_pipeline_access="the access token"; HttpOnly; Max-Age=900; Path=/; SameSite=strict',
        "video_pipeline_refresh=the-refresh-token; HttpOnly; Max-Age=2592000; Path=/api/auth; SameSite=strict",
    ]


def test_over_https_they_are_kept_to_it_and_to_this_host() -> None:
    access, refresh = kept("https")

    assert access.startswith("__Host-video_pipeline_access=")
    assert refresh.startswith("__Secure-video_pipeline_refresh=")
    assert all(cookie.endswith("; Secure") for cookie in (access, refresh))
    assert "Domain" not in access + refresh


def test_forgetting_ends_both_at_once() -> None:
    response = Response()
    cookies.forget(asked(), response)

    assert [cookie.split("; ")[2] for cookie in response.headers.getlist("set-cookie")] == ["Max-Age=0"] * 2


def test_over_https_a_cookie_that_a_neighbour_could_have_set_does_not_count() -> None:
    ours = {"sec_fetch_site": "same-origin", "cookie": "video_pipeline_access=planted"}

    assert cookies.token(asked(**ours), Cookie.ACCESS) == "planted"
    assert cookies.token(asked(scheme="https", **ours), Cookie.ACCESS) is None
    prefixed = ours | {"cookie": "__Host-video_pipeline_access=kept"}
    assert cookies.token(asked(scheme="https", **prefixed), Cookie.ACCESS) == "kept"


def test_a_cookie_from_elsewhere_is_refused_and_none_is_none() -> None:
    with pytest.raises(CrossOrigin):
        cookies.token(asked(cookie="video_pipeline_access=x", origin="https://evil.example"), Cookie.ACCESS)
    assert cookies.token(asked(origin="https://evil.example"), Cookie.ACCESS) is None
    assert cookies.token(asked(sec_fetch_site="same-origin", cookie="video_pipeline_access="), Cookie.ACCESS) is None

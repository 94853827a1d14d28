from __future__ import annotations

from http.cookies import SimpleCookie
from uuid import UUID

import pytest

from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import people

from ..people import PASSWORD, add_user, token_of

EMAIL = "ada@example.org"
NEW = "another battery staple"


@pytest.fixture
def ada(engine) -> UUID:
    return add_user(engine, EMAIL)


def log_in(api, email=EMAIL, password=PASSWORD):
    return api.ask("POST", "/api/auth/login", {"email": email, "password": password})


def refresh(api, token):
    return api.ask("POST", "/api/auth/refresh", {"refresh_token": token})


def test_a_login_leads_to_ones_own_account(api, ada):
    granted = log_in(api, "ADA@example.org")
    me = api.ask("GET", "/api/auth/me", token=granted.told["access_token"])

    assert granted.status == me.status == 200
    assert granted.headers["Cache-Control"] == "no-store"
    assert (granted.told["token_type"], granted.told["expires_in"]) == ("bearer", 900)
    assert me.told["last_login_at"]
    assert {name: me.told[name] for name in ("id", "email", "display_name", "role", "is_active", "site_ids")} == {
        "id": str(ada),
        "email": EMAIL,
        "display_name": "Ada",
        "role": "member",
        "is_active": True,
        "site_ids": [],
    }
    assert "password" not in me.body.decode()


def test_a_wrong_password_and_an_unknown_user_get_the_same_answer(api, ada):
    wrong, unknown = log_in(api, password="guess"), log_in(api, "bob@example.org")

    assert (wrong.status, wrong.body) == (unknown.status, unknown.body)
    assert wrong.status == 401
    assert wrong.told["code"] == "not_authenticated"


@pytest.mark.parametrize("email", ["a\0b@example.org", "ada\r\n@example.org", "", " ", "x" * 300])
def test_a_login_that_is_no_login_is_refused_without_repeating_the_password(api, email):
    answer = log_in(api, email, "a secret password")

    assert answer.status == 422
    assert b"secret" not in answer.body


@pytest.mark.parametrize("content", [None, [], {"email": EMAIL}, {"email": EMAIL, "password": "\ud800"}])
def test_what_is_no_login_is_refused(api, content):
    assert api.ask("POST", "/api/auth/login", content).status == 422


def test_a_login_goes_on_by_refresh_tokens_of_one_use(api, ada):
    first = log_in(api).told
    second = refresh(api, first["refresh_token"])

    assert second.status == 200
    assert second.headers["Cache-Control"] == "no-store"
    assert api.ask("GET", "/api/auth/me", token=second.told["access_token"]).status == 200
    assert refresh(api, first["refresh_token"]).status == 401
    assert refresh(api, second.told["refresh_token"]).status == 401


def test_after_a_logout_nothing_is_refreshed(api, ada):
    token = log_in(api).told["refresh_token"]
    ends = [api.ask("POST", "/api/auth/logout", {"refresh_token": token}) for _ in range(2)]

    assert [(end.status, end.body) for end in ends] == [(204, b"")] * 2
    assert refresh(api, token).status == 401


def test_ones_name_can_be_changed(api, ada):
    token = token_of(ada)
    answer = api.ask("PATCH", "/api/auth/me", {"display_name": " Countess "}, token=token)

    assert (answer.status, answer.told["display_name"]) == (200, "Countess")
    assert api.ask("PATCH", "/api/auth/me", {}, token=token).told["display_name"] == "Countess"
    assert api.ask("PATCH", "/api/auth/me", {"display_name": "a\0b"}, token=token).status == 422


def test_a_new_password_needs_the_old_one_and_ends_every_login(api, ada):
    granted = log_in(api).told
    change = {"old_password": PASSWORD, "new_password": NEW, "display_name": "Countess"}
    changed = api.ask("PATCH", "/api/auth/me", change, token=granted["access_token"])

    assert (changed.status, changed.told["display_name"]) == (200, "Countess")
    assert api.ask("GET", "/api/auth/me", token=granted["access_token"]).status == 401
    assert refresh(api, granted["refresh_token"]).status == 401
    assert [log_in(api).status, log_in(api, password=NEW).status] == [401, 200]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"old_password": "guess", "new_password": NEW}, 403),
        ({"new_password": NEW}, 422),
        ({"old_password": PASSWORD}, 422),
        ({"old_password": PASSWORD, "new_password": "short"}, 422),
    ],
)
def test_a_password_is_not_changed_otherwise(api, ada, change, status):
    answer = api.ask("PATCH", "/api/auth/me", change | {"display_name": "Countess"}, token=token_of(ada))

    assert answer.status == status
    assert log_in(api).status == 200
    assert api.ask("GET", "/api/auth/me", token=token_of(ada)).told["display_name"] == "Ada"


def test_who_logs_in_elsewhere_has_no_password_to_change(api, engine):
    with transaction(engine) as connection:
        user_id = people.adopt_subject(connection, "https://issuer.example", "1", email=EMAIL, display_name="Ada")
    change = {"old_password": PASSWORD, "new_password": NEW}

    answer = api.ask("PATCH", "/api/auth/me", change, token=token_of(user_id))
    assert (answer.status, answer.told["code"]) == (400, "request_refused")


class Browser:
    """Asks as a page of the API's own origin does, and keeps cookies as a browser does."""

    def __init__(self, api):
        self.api = api
        self.cookies = SimpleCookie()

    def ask(self, method, path, content=None, **headers):
        kept = "; ".join(f"{name}={cookie.value}" for name, cookie in self.cookies.items())
        sent = {"Sec-Fetch-Site": "same-origin", "Cookie": kept} | headers
        answer = self.api.ask(method, path, content, headers=sent)
        for line in answer.headers.get_all("Set-Cookie", []):
            self.cookies.load(line)
        for name in [name for name, cookie in self.cookies.items() if cookie["max-age"] == "0"]:
            del self.cookies[name]
        return answer

    def log_in(self):
        return self.ask("POST", "/api/auth/login", {"email": EMAIL, "password": PASSWORD, "cookie": True})


def test_a_browser_logs_in_by_cookies_stays_so_and_logs_out(api, ada):
    browser = Browser(api)
    granted = browser.log_in()
    before = {name: cookie.value for name, cookie in browser.cookies.items()}
    refreshed = browser.ask("POST", "/api/auth/refresh", {})

    assert (granted.status, refreshed.status) == (200, 200)
    assert granted.told == {"access_token": None, "refresh_token": None, "token_type": "bearer", "expires_in": 900}
    assert before.keys() == {"video_pipeline_access", "video_pipeline_refresh"}
    assert [name for name, value in before.items() if browser.cookies[name].value == value] == []
    assert browser.ask("GET", "/api/auth/me").told["id"] == str(ada)
    assert browser.ask("PATCH", "/api/auth/me", {"display_name": "Countess"}).status == 200
    kept = browser.cookies["video_pipeline_refresh"].value

    assert browser.ask("POST", "/api/auth/logout", {}).status == 204
    assert not browser.cookies
    assert browser.ask("GET", "/api/auth/me").status == 401
    assert [refresh(api, kept).status, browser.ask("POST", "/api/auth/refresh", {}).status] == [401, 401]
    assert browser.ask("POST", "/api/auth/logout", {}).status == 204


@pytest.mark.parametrize("site", ["same-site", "cross-site"])
def test_a_page_elsewhere_does_nothing_with_a_browsers_login(api, ada, site):
    browser, headers = Browser(api), {"Sec-Fetch-Site": site}
    browser.log_in()
    elsewhere = [
        browser.ask(method, path, content, **headers)
        for method, path, content in [
            ("PATCH", "/api/auth/me", {"display_name": "Mallory"}),
            ("GET", "/s3/params?filename=a.mp4&type=video/mp4", None),  # it begins an upload
            ("POST", "/api/auth/refresh", {}),
            ("POST", "/api/auth/logout", {}),
            ("POST", "/api/auth/login", {"email": EMAIL, "password": PASSWORD, "cookie": True}),
        ]
    ]

    assert {(answer.status, answer.told["code"]) for answer in elsewhere} == {(403, "cross_origin")}
    assert browser.ask("GET", "/api/auth/me").told["display_name"] == "Ada"


def test_who_says_in_a_header_who_asks_is_not_asked_for_a_cookie(api, ada, engine):
    browser, bob = Browser(api), add_user(engine, "bob@example.org")
    browser.log_in()
    elsewhere = {"Sec-Fetch-Site": "cross-site"}

    answer = browser.ask("GET", "/api/auth/me", Authorization=f"Bearer {token_of(bob)}", **elsewhere)
    nobody = browser.ask("GET", "/api/auth/me", Authorization="Basic YTpi")

    assert (answer.told["id"], nobody.status) == (str(bob), 401)

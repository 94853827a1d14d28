"""Links that were changed, put together anew, or kept for too long; and tokens of people who may less than before."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from sqlalchemy import delete, func, update

from video_pipeline import previews
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.people import memberships, users
from video_pipeline.config import settings
from video_pipeline.types import ArtifactKind
from video_pipeline_tests.api.gallery import ORIGINAL, Gallery
from video_pipeline_tests.api.town import Things


@pytest.fixture
def link(gallery: Gallery, things: Things) -> str:
    return str(gallery.get("owner", f"/api/videos/{things.video_id}/stream-url")["url"])


@pytest.fixture
def poster(gallery: Gallery, things: Things) -> str:
    gallery.desk.derive(things.video_id, ArtifactKind.POSTER, b"picture")
    return previews.address("", settings().signing_key.get_secret_value(), things.video_id, ArtifactKind.POSTER)


def _twice(name: str, value: str) -> list[Callable[[str], str]]:
    """A parameter told twice: whoever stands before us may read the one, and we the other."""
    return [lambda link: f"{link}&{name}={value}", lambda link: link.replace("?", f"?{name}={value}&")]


TWICE = [
    *_twice("expires", "9999999999"),
    *_twice("key", "another"),
    *_twice("signature", "0" * 64),
    lambda link: link + "&download=1&download=0",
]


@pytest.mark.parametrize("twice", TWICE)
def test_what_is_told_twice_is_not_believed(gallery: Gallery, link: str, twice: Callable[[str], str]) -> None:
    answer = gallery.ask(None, "GET", twice(link))

    assert (answer.status, answer.told["code"]) == (403, "not_allowed")


def _signature(link: str) -> str:
    return dict(parse_qsl(urlsplit(link).query))["signature"]


CHANGED: list[Callable[[str], str]] = [
    lambda link: link.replace(_signature(link), _signature(link).upper()),
    lambda link: link.replace(_signature(link), quote(quote(f"{_signature(link)[:-1]}é"))),
    lambda link: link.replace(_signature(link), _signature(link)[:32]),
    lambda link: link.replace("/original?", "/proxy?"),
    lambda link: link.replace("/original?", "/%6f%72%69ginal%00?"),
    lambda link: link.replace("/original?", "/%256friginal?"),
    lambda link: link.replace("/original?", "/../original?"),
    lambda link: link.replace("/original?", "/..%2foriginal?"),
    lambda link: link.replace("/original?", "/%2e%2e/%2e%2e/api/videos?"),
    lambda link: link.replace("/original?", "/original/?"),
    lambda link: link.replace("/original?", "/original;x?"),
    lambda link: link.replace("/media/", "/media//"),
    lambda link: link.replace("/media/", "/media/../media/"),
    lambda link: link.replace("expires=", "expires=-"),
    lambda link: link.replace("expires=", "expires=9"),
    lambda link: link.replace("expires=", "expires=0x"),
    lambda link: link.replace("expires=", "expires=1e9&x="),
    lambda link: link.replace("&key=installation", ""),
    lambda link: link.replace("&key=installation", "&key="),
    lambda link: link.replace("key=installation", "key=installation%0aevil"),
]


@pytest.mark.parametrize("changed", CHANGED)
def test_a_link_that_was_changed_opens_nothing(gallery: Gallery, link: str, changed: Callable[[str], str]) -> None:
    assert gallery.ask(None, "GET", changed(link)).status in {403, 404, 422}
    assert gallery.ask("admin", "GET", changed(link)).status in {403, 404, 422}  # nor for who might see it anyhow


def test_links_of_two_videos_cannot_be_put_together(gallery: Gallery, things: Things, link: str) -> None:
    other = Things(gallery)
    others = gallery.get("owner", f"/api/videos/{other.video_id}/download-url")["url"]
    crossed = [
        link.replace(_signature(link), _signature(others)),
        others.replace(_signature(others), _signature(link)),
        f"{urlsplit(link).path}?{urlsplit(others).query}",
        f"{urlsplit(others).path}?{urlsplit(link).query}",
        link + "&download=1",
        others.replace("&download=1", "&download=0"),
    ]

    assert [gallery.ask(None, "GET", path).status for path in crossed] == [403] * len(crossed)
    assert [gallery.ask(None, "GET", path).body == ORIGINAL for path in (link, others)] == [True, True]


def test_a_preview_proves_nothing_elsewhere_and_a_link_nothing_of_a_preview(
    gallery: Gallery, things: Things, link: str, poster: str
) -> None:
    proof = _signature(poster)
    crossed = [
        f"{urlsplit(poster).path}?{urlsplit(link).query}",
        f"/media/{things.video_id}/poster?expires=9999999999&key=installation&signature={proof}",
        poster.replace(str(things.video_id), str(Things(gallery).video_id)),
        poster.replace("/poster", "/..%2fposter"),
        poster.replace("/poster", "/%2570oster"),
        poster.replace(proof, proof.upper()),
        f"{poster}&signature={'0' * 64}",
    ]

    assert gallery.ask(None, "GET", poster).body == b"picture"
    assert {gallery.ask(None, "GET", path).status for path in crossed} <= {403, 404, 422}


def test_what_is_deleted_is_shown_to_no_holder_of_a_link(
    gallery: Gallery, things: Things, link: str, poster: str
) -> None:
    thumbnail = gallery.get("owner", f"/api/videos/{things.video_id}")["thumbnail_url"]
    before = [gallery.ask(None, "GET", path).status for path in (link, poster, thumbnail)]
    gallery.ask("owner", "DELETE", f"/api/videos/{things.video_id}")

    assert before == [200, 200, 200]
    assert [gallery.ask(None, "GET", path).status for path in (link, poster, thumbnail)] == [404, 404, 404]


def test_a_token_gives_what_its_user_may_now_and_not_what_they_might_before(gallery: Gallery, things: Things) -> None:
    video, place = f"/api/videos/{things.video_id}", f"/api/sites/{things.site_id}"

    def told(who: str, path: str) -> int:
        return gallery.ask(who, "GET", path).status

    def change(who: str, **values: object) -> None:
        with transaction(gallery.engine) as connection:
            connection.execute(update(users).where(users.c.id == gallery.people[who]).values(**values))

    assert [told("member", video), told("member", place), told("admin", "/api/users")] == [200, 200, 200]
    with transaction(gallery.engine) as connection:
        connection.execute(delete(memberships).where(memberships.c.user_id == gallery.people["member"]))
    change("admin", role="member")
    assert [told("member", video), told("member", place), told("admin", "/api/users")] == [404, 404, 403]
    assert told("admin", video) == 404
    change("owner", token_epoch=users.c.token_epoch + 1)
    change("stranger", is_active=False)
    assert [told(who, "/api/auth/me") for who in ("owner", "stranger", "member")] == [401, 401, 200]
    change("outsider", email=func.concat("gone-", users.c.email))  # an address is no proof of anything
    assert told("outsider", "/api/auth/me") == 200

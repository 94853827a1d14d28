from __future__ import annotations

import asyncio
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from starlette.requests import ClientDisconnect
from starlette.types import Message

from video_pipeline.api import dependencies
from video_pipeline.api.routes.media import Streamed
from video_pipeline.config import settings
from video_pipeline.playback import Grant, Rendering, address
from video_pipeline.types import ArtifactKind
from video_pipeline_tests.api.gallery import ORIGINAL, Gallery

FOR_EVER = 2**33


@pytest.fixture
def video_id(gallery: Gallery) -> UUID:
    return gallery.accepted()


@pytest.fixture
def link(gallery: Gallery, video_id: UUID) -> str:
    return str(gallery.get("owner", f"/api/videos/{video_id}/stream-url")["url"])


def test_a_link_gives_the_bytes_as_what_they_are(gallery: Gallery, link: str) -> None:
    answer = gallery.ask(None, "GET", link)

    assert (answer.status, answer.body == ORIGINAL) == (200, True)
    told = {name: answer.headers[name] for name in ("Content-Type", "Content-Length", "Accept-Ranges", "Cache-Control")}
    assert told == {
        "Content-Type": "video/mp4",
        "Content-Length": str(len(ORIGINAL)),
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
    }
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Content-Disposition"] == "inline"


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [("bytes=0-99", 0, 99), ("bytes=1100000-", 1_100_000, 1_279_999), ("bytes=-7", 1_279_993, 1_279_999)],
)
def test_a_range_gives_those_bytes_alone(gallery: Gallery, link: str, wanted: str, first: int, last: int) -> None:
    answer = gallery.ask(None, "GET", link, Range=wanted)

    assert (answer.status, answer.body == ORIGINAL[first : last + 1]) == (206, True)
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{len(ORIGINAL)}"
    assert answer.headers["Content-Length"] == str(last - first + 1)


def test_a_range_behind_the_end_is_told_where_that_is(gallery: Gallery, link: str) -> None:
    answer = gallery.ask(None, "GET", link, Range=f"bytes={len(ORIGINAL)}-")

    assert (answer.status, answer.headers["Content-Range"]) == (416, f"bytes */{len(ORIGINAL)}")


def test_a_range_counts_only_of_what_the_client_knows(gallery: Gallery, link: str) -> None:
    etag = gallery.ask(None, "HEAD", link).headers["ETag"]

    assert gallery.ask(None, "GET", link, Range="bytes=0-1", If_Range=etag).status == 206
    assert gallery.ask(None, "GET", link, Range="bytes=0-1", If_Range='"another"').status == 200
    assert gallery.ask(None, "GET", link, Range="bytes=0-1,5-6").status == 200


def test_what_the_client_has_is_not_sent_again(gallery: Gallery, link: str) -> None:
    etag = gallery.ask(None, "GET", link).headers["ETag"]
    answers = {
        tag: gallery.ask(None, method, link, If_None_Match=tag).status
        for tag in (etag, f'"x", W/{etag}', "*", '"x"')
        for method in ("GET", "HEAD")
    }
    assert answers == {etag: 304, f'"x", W/{etag}': 304, "*": 304, '"x"': 200}


def test_head_says_the_same_without_the_bytes(gallery: Gallery, link: str) -> None:
    head, get = gallery.ask(None, "HEAD", link), gallery.ask(None, "GET", link)
    ours = ("Content-Type", "Content-Length", "Accept-Ranges", "ETag", "Cache-Control", "Content-Disposition")

    assert (head.status, head.body) == (200, b"")
    assert {name: head.headers[name] for name in ours} == {name: get.headers[name] for name in ours}


def test_whoever_changes_a_link_is_refused(gallery: Gallery, link: str, video_id: UUID) -> None:
    gallery.desk.derive(video_id, ArtifactKind.PROXY)
    forged = [
        link.replace("/original", "/proxy"),
        link.replace(str(video_id), str(gallery.accepted())),
        link.replace(str(video_id), str(uuid4())),
        link.replace("expires=", "expires=1"),
        link + "&download=1",
        link[:-1],
        link.replace("key=installation", "key=another"),
    ]
    answers = [gallery.ask(None, "GET", changed) for changed in forged]

    assert [(answer.status, answer.told["code"]) for answer in answers] == [(403, "not_allowed")] * len(forged)
    assert gallery.ask(None, "GET", link.partition("?")[0]).status == 422
    assert gallery.ask(None, "GET", signed(video_id, expires=1)).status == 403


def signed(video_id: UUID, rendering: Rendering = Rendering.ORIGINAL, *, expires: int = FOR_EVER) -> str:
    """A link of our own."""
    return address(dependencies.keyring(), Grant(video_id, rendering, expires))


def test_deleting_ends_the_access_of_links_that_still_live(gallery: Gallery, link: str, video_id: UUID) -> None:
    gallery.ask("owner", "DELETE", f"/api/videos/{video_id}")

    assert [gallery.ask(None, method, link).status for method in ("GET", "HEAD")] == [404, 404]


def test_what_is_not_there_is_not_found(gallery: Gallery, link: str, video_id: UUID) -> None:
    gallery.desk.store.delete([str(gallery.desk.row(video_id).original_key)])

    missing = gallery.ask(None, "GET", link)
    assert (missing.status, missing.told["detail"].partition(".")[0]) == (404, "The file of this video is missing")
    assert gallery.ask(None, "GET", signed(video_id, Rendering.POSTER)).status == 404
    assert gallery.ask(None, "GET", signed(uuid4())).status == 404


def test_posters_may_be_kept_by_the_browser(gallery: Gallery, video_id: UUID) -> None:
    gallery.desk.derive(video_id, ArtifactKind.POSTER, b"picture")

    answer = gallery.ask(None, "GET", signed(video_id, Rendering.POSTER))

    assert (answer.body, answer.headers["Content-Type"]) == (b"picture", "image/jpeg")
    assert answer.headers["Cache-Control"] == "private, max-age=3600"


def test_keys_change_while_links_live(gallery: Gallery, link: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def with_keys(keys: str) -> None:
        monkeypatch.setenv("MEDIA_KEYS", keys)
        settings.cache_clear()
        dependencies.keyring.cache_clear()

    with_keys("one:secret")
    by_one = signed(UUID(link.split("/")[2]))
    with_keys("two:another,one:secret")
    assert [gallery.ask(None, "HEAD", path).status for path in (by_one, link)] == [200, 403]
    with_keys("two:another")
    assert gallery.ask(None, "HEAD", by_one).status == 403


def test_the_bucket_delivers_where_that_is_set(
    gallery: Gallery, video_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLAYBACK_DELIVERY", "redirect")
    settings.cache_clear()
    link = gallery.get("owner", f"/api/videos/{video_id}/download-url")["url"]

    answer = gallery.ask(None, "GET", link, Range="bytes=5-9")  # the client follows the redirect to the bucket

    assert (answer.status, answer.body) == (206, ORIGINAL[5:10])
    assert answer.headers["Content-Type"] == "video/mp4"
    assert answer.headers.get_filename() == "Harbour.mp4"
    assert "sandbox" not in answer.headers.get("Content-Security-Policy", "")


def deliver_by_cloudfront(monkeypatch: pytest.MonkeyPatch, **told: str) -> None:
    for name, value in {"playback_delivery": "cloudfront", "cloudfront_domain": "d1.cloudfront.net", **told}.items():
        monkeypatch.setenv(name.upper(), value)
    settings.cache_clear()


def test_a_distribution_delivers_where_that_is_set(
    gallery: Gallery, video_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    deliver_by_cloudfront(monkeypatch, cloudfront_key_pair_id="K1", cloudfront_private_key=pem)
    link = gallery.get("owner", f"/api/videos/{video_id}/download-url")["url"]

    answer = httpx2.get(gallery.api.address + link, follow_redirects=False)

    address = urlsplit(answer.headers["Location"])
    told = parse_qs(address.query)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (307, "private, no-store")
    assert f"{address.netloc}{address.path}" == f"d1.cloudfront.net/{gallery.desk.row(video_id).original_key}"
    assert told["Key-Pair-Id"] == ["K1"]
    assert told["response-content-disposition"][0].startswith('attachment; filename="Harbour.mp4"')


def test_a_distribution_that_is_not_all_named_is_told_as_such(
    gallery: Gallery, link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver_by_cloudfront(monkeypatch)

    answer = gallery.ask(None, "GET", link)

    assert (answer.status, answer.told["code"]) == (500, "configuration_error")
    assert answer.told["detail"] == "A setting is missing or wrong."  # which, is for the log


def test_a_player_that_goes_away_ends_the_reading() -> None:
    ended: list[str] = []

    def pieces() -> Generator[bytes, None, None]:
        try:
            while True:
                yield b"piece"
        finally:
            ended.append("reading")

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            raise OSError("The connection is closed.")

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    with pytest.raises(ClientDisconnect):
        asyncio.run(Streamed(pieces(), 200, {})({"type": "http", "asgi": {"spec_version": "2.4"}}, receive, send))
    assert ended == ["reading"]


def test_many_players_seek_at_once(gallery: Gallery, link: str) -> None:
    starts = [number * 39_983 % len(ORIGINAL) for number in range(30)]

    with ThreadPoolExecutor(10) as players:
        answers = list(players.map(lambda start: gallery.ask(None, "GET", link, Range=f"bytes={start}-"), starts))

    assert [answer.body == ORIGINAL[start:] for start, answer in zip(starts, answers, strict=True)] == [True] * 30

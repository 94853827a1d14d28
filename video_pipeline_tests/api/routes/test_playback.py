from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from video_pipeline.types import ArtifactKind
from video_pipeline_tests.api.gallery import ORIGINAL, Gallery


def test_a_browser_ready_original_plays_right_after_validation(gallery: Gallery) -> None:
    video_id = gallery.accepted()

    told = gallery.get("member", f"/api/videos/{video_id}/stream-url")

    assert (told["kind"], told["content_type"], told["size_bytes"]) == ("original", "video/mp4", len(ORIGINAL))
    left = datetime.fromisoformat(told["expires_at"]) - datetime.now(UTC)
    assert timedelta(minutes=50) < left <= timedelta(hours=1)
    answer = gallery.ask(None, "GET", told["url"])
    assert (answer.status, answer.body == ORIGINAL) == (200, True)


def test_what_no_browser_plays_is_played_by_its_proxy(gallery: Gallery) -> None:
    video_id = gallery.accepted(browser_ready=False)
    path = f"/api/videos/{video_id}/stream-url"
    early = gallery.ask("owner", "GET", path)
    gallery.desk.derive(video_id, ArtifactKind.PROXY, b"proxy")

    assert early.status == 404
    assert gallery.get("owner", path)["kind"] == "proxy"
    assert gallery.get("owner", f"{path}?kind=original")["kind"] == "original"
    assert gallery.ask("owner", "GET", f"{path}?kind=web").status == 404
    assert gallery.ask("owner", "GET", f"{path}?kind=audio").status == 422


@pytest.mark.parametrize(("kind", "name"), [("original", "Harbour.mp4"), ("proxy", "Harbour (proxy).bin")])
def test_a_download_is_saved_under_the_videos_name(gallery: Gallery, kind: str, name: str) -> None:
    video_id = gallery.accepted()
    gallery.desk.derive(video_id, ArtifactKind.PROXY)

    told = gallery.get("member", f"/api/videos/{video_id}/download-url?kind={kind}")

    left = datetime.fromisoformat(told["expires_at"]) - datetime.now(UTC)
    assert timedelta(minutes=5) < left <= timedelta(minutes=10)
    assert gallery.ask(None, "GET", told["url"]).headers.get_filename() == name


def test_links_are_for_those_who_see_the_video(gallery: Gallery) -> None:
    video_id = gallery.accepted()
    unvalidated = gallery.uploaded()

    for path in ("stream-url", "download-url"):
        statuses = [
            gallery.ask(who, "GET", f"/api/videos/{video_id}/{path}").status for who in ("admin", "stranger", None)
        ]
        assert statuses == [200, 404, 401]
        assert gallery.ask("owner", "GET", f"/api/videos/{unvalidated}/{path}").status == 404


def test_a_view_is_counted_once_for_each_session_of_a_user(gallery: Gallery) -> None:
    video_id = gallery.accepted()
    path = f"/api/videos/{video_id}/views"

    views = [("owner", "tab-1"), ("owner", "tab-1"), ("owner", "tab-2"), ("member", "tab-1")]
    counts = [gallery.ask(who, "POST", path, {"session": session}).told["view_count"] for who, session in views]

    assert counts == [1, 1, 2, 3]
    assert gallery.ask("stranger", "POST", path, {"session": "x"}).status == 404
    assert gallery.ask("owner", "POST", path, {"session": ""}).status == 422
    assert gallery.get("owner", f"/api/videos/{video_id}")["view_count"] == 3

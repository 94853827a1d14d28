from __future__ import annotations

from urllib.parse import quote
from uuid import uuid4

from video_pipeline.types import ArtifactKind
from video_pipeline_tests.api.gallery import Gallery
from video_pipeline_tests.catalog.crowd import category

EVERYBODY = ("owner", "member", "admin", "stranger")


def test_each_sees_their_own_and_their_sites_videos(gallery: Gallery) -> None:
    theirs, anothers = gallery.uploaded(), gallery.uploaded(owner="stranger")
    with gallery.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE videos SET site_id = NULL WHERE id = %s", (anothers,))

    seen = {
        who: {video["id"] for video in gallery.get(who, "/api/videos")["videos"]}
        for who in ("owner", "member", "admin")
    }

    assert seen == {"owner": {str(theirs)}, "member": {str(theirs)}, "admin": {str(theirs), str(anothers)}}
    assert gallery.ask(None, "GET", "/api/videos").status == 401


def test_a_listed_video_tells_what_a_card_shows(gallery: Gallery) -> None:
    video_id = gallery.accepted("Harbour in fog")
    gallery.desk.derive(video_id, ArtifactKind.POSTER)
    gallery.desk.derive(video_id, ArtifactKind.PROXY)

    told = gallery.get("member", "/api/videos")

    (video,) = told.pop("videos")
    assert told == {"total": 1, "total_is_exact": True, "limit": 20, "offset": 0, "next_cursor": None}
    assert (video["id"], video["title"], video["filename"]) == (str(video_id), "Harbour in fog", "Überfahrt.MP4")
    assert (video["status"], video["has_proxy"], video["view_count"]) == ("processing", True, 0)
    assert (video["duration_seconds"], video["width"], video["height"]) == (10.01, 1920, 1080)
    assert video["site"] == {"id": str(gallery.site), "name": "Harbour"}
    assert video["owner"] == {"id": str(gallery.people["owner"]), "name": "owner"}
    assert gallery.ask(None, "GET", video["thumbnail_url"]).body == b"derived"


def test_pages_follow_one_another(gallery: Gallery) -> None:
    videos = [gallery.uploaded(f"Take {number}") for number in range(5)]
    gallery.ages(videos)

    first = gallery.get("owner", "/api/videos?limit=2&sort=date&order=asc&q=take")
    second = gallery.get("owner", f"/api/videos?limit=2&sort=date&order=asc&q=take&cursor={first['next_cursor']}")
    rest = gallery.get("owner", "/api/videos?limit=100&offset=4&sort=date&order=asc")

    pages = [[video["id"] for video in page["videos"]] for page in (first, second, rest)]
    assert pages == [sorted(map(str, videos))[start:end] for start, end in ((0, 2), (2, 4), (4, 5))]
    assert (second["total"], rest["offset"], rest["next_cursor"]) == (5, 4, None)


REFUSED = [
    "limit=0",
    "limit=101",
    "offset=-1",
    "offset=10001",
    "cursor=nonsense",
    "cursor=" + "W" * 801,
    "sort=colour",
    "order=up",
    "status=gone",
    "q=" + "x" * 501,
    "q=a%00b",
    "site=mall",
    "recorded_from=2026-01-01T00:00:00",
    "colour=red",
]


def test_a_list_that_cannot_be_is_refused(gallery: Gallery) -> None:
    for query in REFUSED:
        answer = gallery.ask("owner", "GET", f"/api/videos?{query}")

        assert (answer.status, answer.told["code"]) == (422, "invalid_request"), query
        assert answer.told["faults"][0]["where"].split(".")[-1] == query.partition("=")[0]


def test_a_cursor_of_another_order_is_refused(gallery: Gallery) -> None:
    for number in range(2):
        gallery.uploaded(f"Take {number}")
    cursor = gallery.get("owner", "/api/videos?limit=1&sort=name")["next_cursor"]

    assert gallery.ask("owner", "GET", f"/api/videos?limit=1&sort=size&cursor={cursor}").status == 422


def test_filters_reach_the_catalog(gallery: Gallery) -> None:
    gallery.uploaded("100 % fog"), gallery.failed()
    filters = {
        f"q={quote('0 % F')}": 1,
        "q=nothing": 0,
        "status=failed": 1,
        f"site={gallery.site}": 2,
        f"camera={uuid4()}": 0,
        f"category={uuid4()}": 0,
        "uploaded_from=2020-01-01T00:00:00Z&uploaded_before=2020-02-01T00:00:00Z": 0,
        "uploaded_from=2020-01-01T00:00:00%2B02:00": 2,
        "recorded_from=2020-01-01T00:00:00Z": 0,
        "uploaded_from=0001-01-01T00:00:00%2B14:00": 2,
        "uploaded_from=9999-12-31T23:59:59-14:00": 0,
    }
    assert {query: gallery.get("owner", f"/api/videos?{query}")["total"] for query in filters} == filters


def test_one_video_is_told_whole_and_a_failed_one_why(gallery: Gallery) -> None:
    fine, failed = gallery.accepted(), gallery.failed()

    told = gallery.get("member", f"/api/videos/{fine}")
    assert (told["container"], told["video_codec"], told["audio_codec"]) == ("mp4", "h264", "aac")
    assert (told["browser_ready"], told["error"], told["source"]) == (True, None, "upload")
    error = gallery.get("member", f"/api/videos/{failed}")["error"]
    assert error == {"code": "damaged", "sentence": "It is damaged.", "retryable": False}


def test_reading_is_for_those_who_see_and_changing_for_owner_and_admins(gallery: Gallery) -> None:
    video_id = gallery.uploaded()
    path = f"/api/videos/{video_id}"

    def statuses(method: str, content: object = None) -> list[int]:
        return [gallery.ask(who, method, path, content).status for who in EVERYBODY]

    assert statuses("GET") == [200, 200, 200, 404]
    assert statuses("PATCH", {"title": "Mine"}) == [200, 403, 200, 403]
    assert [gallery.ask(who, "DELETE", path).status for who in ("stranger", "member")] == [403, 403]
    assert [gallery.ask(None, method, path).status for method in ("GET", "PATCH", "DELETE")] == [401] * 3
    assert gallery.get("owner", path)["title"] == "Mine"


def test_what_is_said_of_a_video_can_be_changed_piece_by_piece(gallery: Gallery) -> None:
    video_id = gallery.uploaded()
    with gallery.engine.begin() as connection:
        sports = category(connection)
    path = f"/api/videos/{video_id}"
    gallery.ask("owner", "PATCH", path, {"title": "Fog 🌫", "category_id": str(sports)})
    answer = gallery.ask("admin", "PATCH", path, {"description": "Calm", "recorded_at": "2026-05-01T10:00:00+02:00"})
    cleared = gallery.ask("owner", "PATCH", path, {"title": None})

    assert (answer.told["title"], answer.told["description"]) == ("Fog 🌫", "Calm")
    assert (answer.told["recorded_at"], answer.told["category"]["name"]) == ("2026-05-01T08:00:00Z", "Sports")
    assert (cleared.told["title"], cleared.told["description"]) == (None, "Calm")


IMPOSSIBLE: list[tuple[object, int]] = [
    ({"status": "completed"}, 422),
    ({"title": "x" * 501}, 422),
    ({"title": "a\0b"}, 422),
    ({"title": "\ud800"}, 422),
    ({"recorded_at": "2026-05-01T10:00:00"}, 422),
    ({"recorded_at": "0001-01-01T00:00:00+14:00"}, 422),
    ({"recorded_at": "9999-12-31T23:59:59-14:00"}, 422),
    ({"category_id": str(uuid4())}, 400),
]


def test_a_change_that_cannot_be_changes_nothing(gallery: Gallery) -> None:
    video_id = gallery.uploaded()
    before = gallery.desk.row(video_id)

    for change, status in IMPOSSIBLE:
        assert gallery.ask("owner", "PATCH", f"/api/videos/{video_id}", change).status == status, change
    assert gallery.desk.row(video_id) == before


def test_a_deleted_video_is_gone_for_everybody_and_stays_so(gallery: Gallery) -> None:
    video_id = gallery.accepted()
    path = f"/api/videos/{video_id}"

    assert [gallery.ask("owner", "DELETE", path).status for _ in range(2)] == [204, 204]
    assert [gallery.ask(who, "GET", path).status for who in EVERYBODY] == [404] * 4
    assert gallery.ask("owner", "PATCH", path, {"title": "Back"}).status == 404
    assert gallery.get("admin", "/api/videos")["total"] == 0
    assert gallery.ask("owner", "DELETE", f"/api/videos/{uuid4()}").status == 404

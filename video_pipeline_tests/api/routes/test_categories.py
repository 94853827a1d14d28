from __future__ import annotations

from video_pipeline_tests.api.gallery import Gallery

MUSIC = {"name": "Music", "slug": "music"}


def test_an_admin_sets_a_category_up(gallery: Gallery) -> None:
    made = gallery.ask("admin", "POST", "/api/categories", MUSIC)
    path = f"/api/categories/{made.told['id']}"

    assert (made.status, made.told["created_by"]) == (201, str(gallery.people["admin"]))
    assert gallery.ask("admin", "PATCH", path, {"name": "Songs"}).told["name"] == "Songs"
    assert gallery.ask("admin", "POST", "/api/categories", MUSIC).status == 409
    assert gallery.ask("admin", "DELETE", path).status == 204
    assert gallery.ask("admin", "GET", path).status == 404


def test_everybody_reads_categories_and_admins_alone_change_them(gallery: Gallery) -> None:
    category = gallery.ask("admin", "POST", "/api/categories", MUSIC).told
    path = f"/api/categories/{category['id']}"
    tries = [("POST", "/api/categories", MUSIC), ("PATCH", path, {"name": "x"}), ("DELETE", path, None)]

    assert gallery.get("stranger", "/api/categories") == {"categories": [category]}
    assert gallery.get("stranger", path) == category
    assert [gallery.ask("stranger", *request).status for request in tries] == [403] * 3
    assert gallery.ask(None, "GET", "/api/categories").status == 401


def test_videos_outlive_their_category(gallery: Gallery) -> None:
    video_id = gallery.uploaded()
    category = gallery.ask("admin", "POST", "/api/categories", MUSIC).told["id"]
    gallery.ask("owner", "PATCH", f"/api/videos/{video_id}", {"category_id": category})
    assert gallery.get("owner", f"/api/videos?category={category}")["total"] == 1

    gallery.ask("admin", "DELETE", f"/api/categories/{category}")

    assert gallery.get("owner", f"/api/videos/{video_id}")["category"] is None

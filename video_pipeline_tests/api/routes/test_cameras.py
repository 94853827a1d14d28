from __future__ import annotations

from uuid import uuid4

from video_pipeline_tests.api.gallery import Gallery


def test_an_admin_sets_a_camera_up(gallery: Gallery) -> None:
    new = {"site_id": str(gallery.site), "slug": "quay", "name": "Quay"}
    made = gallery.ask("admin", "POST", "/api/cameras", new)
    path = f"/api/cameras/{made.told['id']}"

    assert (made.status, made.told.items() >= new.items()) == (201, True)
    assert gallery.ask("admin", "PATCH", path, {"name": "West quay"}).told["name"] == "West quay"
    assert gallery.ask("admin", "POST", "/api/cameras", new).status == 409
    assert gallery.ask("admin", "POST", "/api/cameras", {**new, "site_id": str(uuid4())}).status == 400
    assert gallery.ask("admin", "DELETE", path).status == 204
    assert gallery.ask("admin", "GET", path).status == 404


def test_members_read_the_cameras_of_their_sites(gallery: Gallery) -> None:
    path = f"/api/cameras/{gallery.camera}"

    assert [camera["slug"] for camera in gallery.get("member", "/api/cameras")["cameras"]] == ["gate"]
    assert len(gallery.get("member", f"/api/cameras?site={gallery.site}")["cameras"]) == 1
    assert gallery.get("member", f"/api/cameras?site={uuid4()}")["cameras"] == []
    assert gallery.get("stranger", "/api/cameras")["cameras"] == []
    assert [gallery.ask(who, "GET", path).status for who in ("member", "stranger", None)] == [200, 404, 401]


def test_only_admins_set_cameras_up_and_one_in_use_stays(gallery: Gallery) -> None:
    gallery.uploaded()
    path = f"/api/cameras/{gallery.camera}"
    new = {"site_id": str(gallery.site), "slug": "quay", "name": "Quay"}
    tries = [("POST", "/api/cameras", new), ("PATCH", path, {"name": "x"}), ("DELETE", path, None)]

    assert [gallery.ask("member", *request).status for request in tries] == [403] * 3
    assert gallery.ask("admin", "DELETE", path).status == 409

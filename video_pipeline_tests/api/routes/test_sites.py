from __future__ import annotations

from uuid import uuid4

from video_pipeline_tests.api.gallery import Gallery

DOCK = {"slug": "dock", "name": "Dock", "accepted_extensions": ["mp4"], "max_file_bytes": 1000}


def test_an_admin_sets_a_site_up(gallery: Gallery) -> None:
    made = gallery.ask("admin", "POST", "/api/sites", DOCK)
    path = f"/api/sites/{made.told['id']}"
    changed = gallery.ask("admin", "PATCH", path, {"name": "Old Dock", "max_file_bytes": None})

    assert (made.status, made.told.items() >= DOCK.items()) == (201, True)
    assert (changed.told["name"], changed.told["max_file_bytes"]) == ("Old Dock", None)
    assert gallery.ask("admin", "POST", "/api/sites", DOCK).status == 409
    assert [gallery.ask("admin", "DELETE", path).status for _ in range(2)] == [204, 204]
    assert gallery.ask("admin", "GET", path).status == 404
    assert gallery.ask("admin", "PATCH", path, {}).status == 404


def test_members_read_their_sites_and_nobody_else(gallery: Gallery) -> None:
    path = f"/api/sites/{gallery.site}"

    assert [site["slug"] for site in gallery.get("member", "/api/sites")["sites"]] == ["harbour"]
    assert gallery.get("stranger", "/api/sites")["sites"] == []
    assert [gallery.ask(who, "GET", path).status for who in ("member", "stranger", None)] == [200, 404, 401]


def test_only_admins_set_sites_up(gallery: Gallery) -> None:
    path = f"/api/sites/{gallery.site}"
    tries = [("POST", "/api/sites", DOCK), ("PATCH", path, {}), ("DELETE", path, None)]

    for who, status in (("member", 403), (None, 401)):
        assert [gallery.ask(who, *request).status for request in tries] == [status] * 3


def test_a_site_in_use_stays(gallery: Gallery) -> None:
    assert gallery.ask("admin", "DELETE", f"/api/sites/{gallery.site}").status == 409
    assert gallery.ask("admin", "DELETE", f"/api/sites/{uuid4()}").status == 204

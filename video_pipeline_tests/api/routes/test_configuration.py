from __future__ import annotations

from video_pipeline_tests.api.gallery import Gallery

PATH = "/api/configuration"


def test_an_admin_changes_what_counts_for_everybody(gallery: Gallery) -> None:
    before = gallery.get("admin", PATH)
    change = {"weekly_bytes_per_user": 0, "accepted_containers": ["mp4"], "quota_reset_timezone": "Europe/Berlin"}
    change |= {"max_duration_seconds": 0.5, "max_side_pixels": 640}
    changed = gallery.ask("admin", "PATCH", PATH, change)

    assert set(before.values()) == {None}
    assert changed.told.items() >= {**change, "updated_by": str(gallery.people["admin"])}.items()
    assert gallery.get("admin", PATH) == changed.told
    for cannot_be in ({"quota_reset_hour": 99}, {"max_duration_seconds": 0}, {"max_side_pixels": 2**31}):
        assert gallery.ask("admin", "PATCH", PATH, cannot_be).status == 422


def test_nobody_else_reads_or_changes_it(gallery: Gallery) -> None:
    for who, status in (("member", 403), (None, 401)):
        assert gallery.ask(who, "GET", PATH).status == status
        assert gallery.ask(who, "PATCH", PATH, {}).status == status

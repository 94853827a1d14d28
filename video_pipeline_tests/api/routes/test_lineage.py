from __future__ import annotations

from datetime import UTC, datetime

from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import jobs
from video_pipeline.catalog.records.retiring import archive_run
from video_pipeline.catalog.retiring import ArchivedRun
from video_pipeline.types import ArtifactKind, Stage
from video_pipeline_tests.api.gallery import Gallery

DAWN = datetime(2026, 1, 1, tzinfo=UTC)


def test_the_lineage_leads_from_what_is_served_to_what_came_in(gallery: Gallery) -> None:
    video_id = gallery.accepted()
    gallery.desk.derive(video_id, ArtifactKind.PROXY, b"proxy")
    row = gallery.desk.row(video_id)
    steps = [{"name": "renditions", "status": "SUCCESS", "attempts": 2, "started_at": DAWN.isoformat(), "seconds": 1.5}]
    with transaction(gallery.engine) as connection:
        jobs.start_job(connection, video_id=video_id, stage=Stage.RENDITIONS, run_id="here", worker="w")
        archive_run(
            connection,
            ArchivedRun("gone", video_id, "ingest_video", "SUCCESS", {}, steps, DAWN, DAWN, DAWN),
        )

    told = gallery.get("member", f"/api/videos/{video_id}/lineage")

    (proxy,) = told["artifacts"]
    assert proxy["input_sha256"] == told["original"]["sha256"] == row.checksum_sha256
    assert (told["original"]["size_bytes"], told["upload"]["etag"]) == (row.size_bytes, row.inbox_etag)
    under_way, gone = told["runs"]
    assert (under_way["run_id"], under_way["status"], under_way["steps"]) == ("here", None, [])
    assert [job["stage"] for job in under_way["jobs"]] == ["renditions"]
    assert (gone["run_id"], gone["status"], gone["jobs"]) == ("gone", "SUCCESS", [])
    assert [(step["name"], step["attempts"], step["seconds"]) for step in gone["steps"]] == [("renditions", 2, 1.5)]


def test_what_was_never_validated_has_no_original(gallery: Gallery) -> None:
    told = gallery.get("owner", f"/api/videos/{gallery.failed()}/lineage")

    assert (told["original"], told["artifacts"], told["runs"]) == (None, [], [])


def test_strangers_are_told_nothing(gallery: Gallery) -> None:
    assert gallery.ask("stranger", "GET", f"/api/videos/{gallery.accepted()}/lineage").status == 404

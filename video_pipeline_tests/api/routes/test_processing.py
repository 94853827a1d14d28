from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from video_pipeline.catalog import queries
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import jobs
from video_pipeline.types import ArtifactKind, Output, Stage
from video_pipeline_tests.api.gallery import Gallery
from video_pipeline_tests.catalog.stories import RUN


def started(gallery: Gallery, video_id: UUID, *, progress: int) -> UUID:
    """A job that renders."""
    with transaction(gallery.engine) as connection:
        job_id = jobs.start_job(connection, video_id=video_id, stage=Stage.RENDITIONS, run_id=RUN, worker="here")
        jobs.beat(connection, job_id, progress=progress)
    return job_id


def test_the_status_tells_how_far_the_work_is(gallery: Gallery) -> None:
    video_id = gallery.accepted()
    job_id = started(gallery, video_id, progress=50)

    told = gallery.get("member", f"/api/videos/{video_id}/status")

    assert (told["status"], told["error"], told["progress"]) == ("processing", None, 43)
    (job,) = told["jobs"]
    assert (job["id"], job["stage"], job["status"], job["progress"]) == (str(job_id), "renditions", "running", 50)
    assert gallery.get("owner", f"/api/jobs/{job_id}") == job


def test_a_failed_video_says_why(gallery: Gallery) -> None:
    told = gallery.get("owner", f"/api/videos/{gallery.failed()}/status")

    assert (told["status"], told["error"]["code"], told["jobs"]) == ("failed", "damaged", [])


def test_artifacts_tell_what_made_them(gallery: Gallery) -> None:
    video_id = gallery.accepted()
    gallery.desk.derive(video_id, ArtifactKind.PROXY, b"before")
    gallery.desk.derive(video_id, ArtifactKind.PROXY, b"after")

    (made,) = gallery.get("member", f"/api/videos/{video_id}/artifacts")

    assert (made["kind"], made["size_bytes"], made["run_id"]) == ("proxy", 5, RUN)
    assert made["recipe"] == {"code_version": "1", "digest": "d" * 64}
    assert made["input_sha256"] == gallery.desk.row(video_id).checksum_sha256


@pytest.mark.parametrize(
    ("content", "outputs"),
    [(None, None), ({}, None), ({"outputs": ["poster", "proxy"]}, (Output.POSTER, Output.PROXY))],
)
def test_a_wish_to_reprocess_waits_for_the_sensor(
    gallery: Gallery, content: object, outputs: tuple[Output, ...] | None
) -> None:
    video_id = gallery.accepted()

    answer = gallery.ask("owner", "POST", f"/api/videos/{video_id}/reprocess", content)

    with transaction(gallery.engine) as connection:
        (wish,) = queries.pending_reprocess(connection, 10)
    assert (answer.status, answer.told) == (202, {"request_id": wish.id})
    assert (wish.video_id, wish.outputs, wish.requested_by) == (video_id, outputs, str(gallery.people["owner"]))


@pytest.mark.parametrize("content", [{"outputs": []}, {"outputs": ["colour"]}, {"output": "proxy"}])
def test_a_wish_for_nothing_is_refused(gallery: Gallery, content: object) -> None:
    assert gallery.ask("owner", "POST", f"/api/videos/{gallery.accepted()}/reprocess", content).status == 422


def test_who_does_not_see_a_video_sees_nothing_of_it(gallery: Gallery) -> None:
    video_id = gallery.accepted()
    job_id = started(gallery, video_id, progress=1)
    paths = [f"/api/videos/{video_id}/status", f"/api/videos/{video_id}/artifacts", f"/api/jobs/{job_id}"]
    wish = f"/api/videos/{video_id}/reprocess"

    assert [gallery.ask("stranger", "GET", path).status for path in paths] == [404] * 3
    assert [gallery.ask(None, "GET", path).status for path in paths] == [401] * 3
    assert [gallery.ask(who, "POST", wish).status for who in (None, "stranger", "member", "admin")] == [
        401,
        403,
        403,
        202,
    ]
    assert gallery.ask("admin", "GET", f"/api/jobs/{uuid4()}").status == 404


def test_what_is_deleted_is_not_made_again(gallery: Gallery) -> None:
    video_id = gallery.accepted()
    job_id = started(gallery, video_id, progress=1)
    gallery.ask("owner", "DELETE", f"/api/videos/{video_id}")

    assert gallery.ask("owner", "POST", f"/api/videos/{video_id}/reprocess").status == 404
    assert gallery.ask("owner", "GET", f"/api/jobs/{job_id}").status == 404

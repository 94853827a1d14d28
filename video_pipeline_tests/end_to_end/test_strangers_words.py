"""What a stranger may write into a file and its name: through the catalog, the API's answers, Dagster and the log."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import dagster as dg
import pytest
from sqlalchemy import Engine

from video_pipeline.catalog import queries
from video_pipeline.catalog.engine import transaction
from video_pipeline.definitions import defs
from video_pipeline.defs import resources
from video_pipeline.defs.resources import Bucket, Catalog
from video_pipeline.defs.sensors import look
from video_pipeline.storage import keys
from video_pipeline.storage.objects import ObjectStore
from video_pipeline.types import Role, VideoStatus
from video_pipeline_tests.api.conftest import Client, api, fresh_dependencies  # noqa: F401 - fixtures
from video_pipeline_tests.api.people import add_user, token_of
from video_pipeline_tests.samples import Samples
from video_pipeline_tests.samples.hostile import HOSTILE

MARKUP = "<img src=x onerror=alert(1)> ![x](http:203.0.113.1) [bold]{{7*7}} '; DROP TABLE videos;--"
UNSEEN = "\x1b[2J\x07\r\n\u2028\u202egpj"
DANGEROUS = set("\x1b\x07\u2028\u202e\0")
DROP = f"{keys.DROP}<b>north {UNSEEN}/{MARKUP}/{MARKUP}{UNSEEN}.mkv"


@pytest.fixture
def instance(environment: dict[str, str]) -> Iterator[dg.DagsterInstance]:
    resources.forget_connections()
    with dg.DagsterInstance.ephemeral() as records:
        yield records
    resources.forget_connections()


@pytest.fixture
def dropped(engine: Engine, store: ObjectStore, tmp_path: Path, instance: dg.DagsterInstance) -> UUID:
    """A video with 100 kB of such words for a title, dropped by such a camera under such a name, and seen there."""
    nasty = HOSTILE["nasty_tags"]
    path = tmp_path / "clip.mkv"
    path.write_bytes(nasty.content(Samples(tmp_path)[nasty.source].read_bytes()))
    store.store(path, DROP, content_type="video/x-matroska")
    (video_id,) = look(instance, Catalog(), Bucket(), None)[0].request
    instance.add_dynamic_partitions("video", [str(video_id)])
    return video_id


def test_the_words_of_strangers_do_no_harm(
    engine: Engine,
    dropped: UUID,
    instance: dg.DagsterInstance,
    api: Client,  # noqa: F811 - the fixture
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    job = defs.resolve_job_def("ingest_video")
    run = job.execute_in_process(partition_key=str(dropped), instance=instance, raise_on_error=False)
    with transaction(engine) as connection:
        row = queries.video(connection, dropped)
    token = token_of(add_user(engine, role=Role.ADMIN))
    told = [api.ask("GET", path, token=token) for path in ("/api/videos", f"/api/videos/{dropped}", "/api/sites")]
    link = api.ask("GET", f"/api/videos/{dropped}/download-url", token=token).told
    download = api.get(link["url"])

    assert run.success
    assert (row.status, row.extension) == (VideoStatus.COMPLETED, "mkv")
    assert row.filename == f"{MARKUP}[2Jgpj.mkv"
    assert row.facts is not None
    assert row.facts.tags["title"].startswith("Agpj<script>")
    assert len(row.facts.tags["title"]) <= 1000
    for answer in told:
        assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for answer in told[:2]:
        assert not DANGEROUS & set(answer.body.decode())
    assert told[0].told["videos"][0]["filename"] == row.filename
    assert [site["name"] for site in told[2].told["sites"]] == ["<b>north [2Jgpj"]
    assert download.status == 200
    assert download.headers["Content-Disposition"].isascii()
    assert download.headers["Content-Disposition"].isprintable()
    assert not [words for words in _rendered(run) if "onerror" in words or "<script>" in words]
    assert not DANGEROUS & set(caplog.text)


def _rendered(run: dg.ExecuteInProcessResult) -> Iterator[str]:
    """What Dagster's UI renders as Markdown, pictures and links included."""
    for event in run.all_events:
        if event.is_step_materialization:
            for value in event.step_materialization_data.materialization.metadata.values():
                if isinstance(value, dg.MarkdownMetadataValue):
                    yield value.value

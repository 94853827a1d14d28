"""Stock Uppy, as it is published, uploads from a page of the API's origin: by cookies, in parts, and by a form."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from video_pipeline.catalog import queries, uploading
from video_pipeline.catalog.engine import transaction
from video_pipeline.cli.session import Session
from video_pipeline.local.stack import Running
from video_pipeline.storage import bucket, keys
from video_pipeline.types import VideoStatus
from video_pipeline_tests.api.people import PASSWORD, add_user
from video_pipeline_tests.end_to_end.browsers import MIB, Browser, browser, installed
from video_pipeline_tests.end_to_end.watching import adopted, settled, wait_for

LARGE_BYTES = 60 * MIB
PARTS = 12  # Uppy's are as small as S3 allows


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page and stock Uppy."""
    return installed(tmp_path_factory.mktemp("page"))


@pytest.fixture
def opened(
    stack: Running, session: Session, sources: Path, tmp_path: Path
) -> Callable[[], AbstractContextManager[Browser]]:
    """Open the page in a browser that keeps its profile, logged in."""
    api = stack.environment["PREVIEW_URL"]
    email = f"{uuid4()}@example.org"
    add_user(session.engine, email)

    @contextmanager
    def open_page() -> Iterator[Browser]:
        with browser(tmp_path / "profile") as one:
            one.open(api, sources)
            one.log_in(email, PASSWORD)
            yield one

    return open_page


@pytest.fixture
def large(clip: Callable[..., Path]) -> Path:
    """A video of 60 MB, nearly all of it a `free` box, which nobody looks into."""
    path = clip(f"{uuid4()}.mp4", "-c:v", "libx264", "-c:a", "aac")
    size = path.stat().st_size
    with path.open("ab") as file:
        file.write((LARGE_BYTES - size).to_bytes(4, "big") + b"free")
    os.truncate(path, LARGE_BYTES)
    return path


def completed(session: Session, *paths: Path) -> None:
    """See videos come of these files, as large as they are."""
    ids = [wait_for(partial(adopted, session, path.name)) for path in paths]
    ends = [(one.video.status, one.video.size_bytes) for one in settled(session, *ids)]
    assert ends == [(VideoStatus.COMPLETED, path.stat().st_size) for path in paths]


def test_files_are_sent_in_parts_and_by_a_form(opened, session, large, clip):
    small = clip(f"{uuid4()}.mp4", "-c:v", "libx264")
    with opened() as page:
        page.choose(large, small)
        page.start()
        page.done()
        assert len(page.answered("PUT")) == PARTS

    completed(session, large, small)
    told = {"allowed_origins": session.settings.page_origins}
    assert bucket.problems(session.store.client, session.store.bucket, **told) == []


def test_what_is_cancelled_is_gone_and_what_was_cut_off_goes_on(opened, session, large):
    with opened() as page:
        page.slow_down(20 * MIB)
        page.choose(large)
        page.start()
        page.answered("PUT", 2)
        page.cancel()
        (given_up,) = page.answered("DELETE")
        assert_given_up(session, given_up.url)

        page.choose(large)
        page.start()
        before = len(page.answered("PUT")) + 4
        page.answered("PUT", before)
        page.kill()
    with opened() as page:
        page.choose_again(large)
        page.start()
        page.done()
        assert len(page.answered("PUT")) <= PARTS - 4

    video_id = adopted(session, large.name)
    assert video_id is not None
    with transaction(session.engine) as connection:
        video = queries.video(connection, video_id)
    assert (video.status is VideoStatus.UPLOADING, video.size_bytes) == (False, LARGE_BYTES)


def assert_given_up(session: Session, url: str) -> None:
    """Neither the catalog nor the bucket waits for any more of an upload."""
    (key,) = parse_qs(urlsplit(url).query)["key"]
    video_id = keys.upload_id(key)
    assert video_id is not None
    with transaction(session.engine) as connection:
        assert uploading.upload(connection, video_id).is_aborted
    waiting = session.store.client.list_multipart_uploads(Bucket=session.store.bucket).get("Uploads", [])
    assert key not in {upload["Key"] for upload in waiting}

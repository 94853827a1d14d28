from datetime import UTC, datetime

import pytest

from video_pipeline.client import ApiProblem
from video_pipeline.client.answers import Begun, Duplicate, StoredPart
from video_pipeline.client.uploads import NewFile
from video_pipeline.types import VideoStatus
from video_pipeline_tests.client.conftest import PART
from video_pipeline_tests.senders import put

FILE = NewFile(
    filename="gate.mp4",
    size_bytes=PART + 1,
    mime_type="video/mp4",
    checksum_sha256="9f" * 32,
    recorded_at=datetime(2026, 5, 4, tzinfo=UTC),
)


def test_an_upload_from_its_beginning_to_its_end(client):
    begun = client.uploads.begin(FILE)
    assert isinstance(begun, Begun)
    assert (begun.part_size, begun.part_count, begun.put) == (PART, 2, None)
    assert client.uploads.begin(FILE) == Duplicate(begun.video_id, VideoStatus.UPLOADING)

    etags = [put(begun.parts[0].url, b"x" * PART).etag.strip('"')]
    arrived = client.uploads.parts(begun.video_id)
    assert (arrived.part_size, arrived.part_count) == (PART, 2)
    assert arrived.parts == (StoredPart(1, etags[0], PART),)

    (second,) = client.uploads.sign(begun.video_id, [2]).parts
    etags.append(put(second.url, b"y").etag.strip('"'))
    parts = [StoredPart(number, etag, 0) for number, etag in enumerate(etags, 1)]
    assert client.uploads.complete(begun.video_id, parts).status is VideoStatus.UPLOADED
    assert client.uploads.complete(begun.video_id, parts).video_id == begun.video_id
    assert client.videos.get(begun.video_id).recorded_at == FILE.recorded_at


def test_an_upload_that_is_given_up_is_gone(client, ada):
    begun = client.uploads.begin(FILE)

    client.uploads.abort(begun.video_id)

    assert ada.used == 0
    with pytest.raises(ApiProblem, match="aborted"):
        client.uploads.parts(begun.video_id)

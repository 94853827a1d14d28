import os
from dataclasses import fields
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from video_pipeline.api.schemas.uploads import Completion, NewUpload, Quota, SignedUrls, StoredParts
from video_pipeline.catalog import queries
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.uploading import UploadRow
from video_pipeline.config import settings
from video_pipeline.storage.multipart import Part, SignedRequest
from video_pipeline.storage.objects import MIB
from video_pipeline.uploads.begin import Signed
from video_pipeline.uploads.limits import Standing
from video_pipeline_tests.senders import person, under_way

FILE = {"filename": "a.mp4", "size_bytes": 1, "mime_type": "video/mp4"}
NOW = datetime(2026, 5, 4, tzinfo=UTC)


def test_an_announcement_carries_everything_that_was_said():
    camera = uuid4()
    told = NewUpload(**FILE, title="t", checksum_sha256="A" * 64, camera_id=camera, recorded_at=NOW).announcement()

    assert (told.title, told.sha256, told.camera_id, told.recorded_at) == ("t", "a" * 64, camera, NOW)


@pytest.mark.parametrize("wrong", [{"recorded_at": "1899-12-31T00:00:00Z"}, {"title": "x" * 201}, {"size_bytes": 1.0}])
def test_what_cannot_be_is_refused(wrong):
    with pytest.raises(ValidationError):
        NewUpload(**{**FILE, **wrong})


def test_etags_are_the_same_with_and_without_quotes():
    parts = [{"number": 1, "etag": '"abc"'}, {"number": 2, "etag": "abc"}]

    assert Completion.model_validate({"parts": parts}).listed() == [Part(1, "abc"), Part(2, "abc")]


def test_addresses_are_told_with_their_numbers_or_as_one_request():
    urls = SignedUrls.of(Signed(NOW, {2: "https://x"}))
    once = SignedUrls.of(Signed(NOW, {}, SignedRequest("PUT", "https://y", {"If-None-Match": "*"})))

    assert [(part.number, part.url) for part in urls.parts] == [(2, "https://x")]
    assert (urls.put, once.parts) == (None, [])
    assert once.put is not None
    assert once.put.headers == {"If-None-Match": "*"}


def test_parts_and_quotas_are_told_in_bytes():
    cut = {"part_bytes": 5, "part_count": 2}
    upload = UploadRow(**{one.name: cut.get(one.name) for one in fields(UploadRow)})  # type: ignore[arg-type]
    assert StoredParts.of(upload, [Part(1, "e", 5)]).model_dump() == {
        "part_size": 5,
        "part_count": 2,
        "parts": [{"number": 1, "etag": "e", "size_bytes": 5}],
    }
    assert Quota.of(Standing(1, 2, NOW)).model_dump() == {"used": 1, "limit": 2, "resets_at": NOW}


# What becomes of requests, over HTTP

SMALL = b"a small file"
LARGE = os.urandom(10 * MIB) + b"the last part is small"


@pytest.fixture
def ada(api, engine, monkeypatch):
    monkeypatch.setenv("UPLOAD_PART_BYTES", str(5 * MIB))
    monkeypatch.setenv("MAX_FILE_BYTES", str(40 * MIB))
    settings.cache_clear()
    return person(api, engine)


@pytest.fixture
def row(engine):
    def read(video_id):
        with transaction(engine) as connection:
            return queries.video(connection, UUID(video_id))

    return read


@pytest.fixture
def nothing(engine, store, ada):
    """Asserts that nothing has come of what was asked."""
    before = under_way(store)

    def check():
        with engine.connect() as connection:
            counted = "SELECT (SELECT count(*) FROM videos), (SELECT count(*) FROM uploads)"
            assert tuple(connection.exec_driver_sql(counted).one()) == (0, 0)
        assert ada.used == 0
        assert store.list("") == ()
        assert under_way(store) == before

    return check


REFUSED_ANNOUNCEMENTS = {
    "no size": {"size_bytes": 0},
    "a negative size": {"size_bytes": -1},
    "a size over the limit": {"size_bytes": 40 * MIB + 1},
    "a size of 2^63": {"size_bytes": 2**63},
    "a size of 2^200": {"size_bytes": 2**200},
    "a size that is no number": {"size_bytes": "12"},
    "a size that is true": {"size_bytes": True},
    "a folder": {"filename": "a/b.mp4"},
    "a folder above": {"filename": "../b.mp4"},
    "a folder of Windows": {"filename": "C:\\b.mp4"},
    "a NUL": {"filename": "a\0.mp4"},
    "a long name": {"filename": "a" * 296 + ".mp4"},
    "letters shown backwards": {"filename": "a\u202e4pm.mp4"},
    "half a letter": {"filename": "a\ud83d.mp4"},
    "an emoji and no extension": {"filename": "🎬"},
    "an option": {"filename": "-i"},
    "a line feed": {"filename": "a\r\nSet-Cookie: b.mp4"},
    "no name": {"filename": ""},
    "another format": {"filename": "a.exe"},
    "a format that is switched off": {"filename": "a.ts", "mime_type": "video/mp2t"},
    "another format's type": {"mime_type": "video/webm"},
    "no format's type": {"mime_type": "text/html"},
    "no digest": {"checksum_sha256": "x" * 64},
    "a camera that is not there": {"camera_id": str(uuid4())},
    "a camera that is no id": {"camera_id": "1; DROP TABLE videos"},
    "a category that is not there": {"category_id": str(uuid4())},
    "a time without a zone": {"recorded_at": "2026-05-04T10:00:00"},
    "a time of no camera": {"recorded_at": "0001-01-01T00:00:00+14:00"},
}


@pytest.mark.parametrize("told", REFUSED_ANNOUNCEMENTS.values(), ids=REFUSED_ANNOUNCEMENTS.keys())
def test_what_cannot_be_is_refused_and_leaves_nothing(ada, nothing, told):
    answer = ada.begin(SMALL, **told)

    assert answer.status in {400, 404, 422}
    assert answer.told["code"] in {"request_refused", "not_found", "invalid_request"}
    assert answer.told["detail"]
    nothing()


@pytest.mark.parametrize("filename", ["🎬 holiday.mp4", "-i.mp4", "Москва.MP4", "a b'\"<script>.m4v", "%00.mp4"])
def test_odd_names_are_kept_as_text_and_are_in_no_key(ada, row, filename):
    upload = ada.begun(SMALL, filename=filename)

    assert row(upload["video_id"]).filename == filename
    assert upload["key"] == f"incoming/{upload['video_id']}.{filename.rpartition('.')[2].lower()}"


def test_texts_lose_what_the_database_cannot_hold(ada, row):
    upload = ada.begun(SMALL, title="a\0b", mime_type="video/mp4; codecs=\0")

    assert (row(upload["video_id"]).title, row(upload["video_id"]).mime_type) == ("ab", "video/mp4")


@pytest.mark.parametrize("numbers", [[0], [4], [10_001], ["1"], [], list(range(1, 1002))])
def test_no_address_is_made_for_parts_that_cannot_be(ada, numbers):
    upload = ada.begun(LARGE)

    assert ada.ask("POST", f"/api/uploads/{upload['video_id']}/parts", {"numbers": numbers}).status in {400, 422}


@pytest.mark.parametrize(
    "video_id", ["11111111-2222-4333-8444-555555555555", "x", "1'--", "%00", "00000000-0000-0000-0000-00000000000g"]
)
def test_ids_that_name_nothing_are_told_as_such(ada, video_id):
    path = f"/api/uploads/{video_id}"

    answers = [
        ada.ask("GET", f"{path}/parts"),
        ada.ask("POST", f"{path}/parts", {"numbers": [1]}),
        ada.ask("POST", f"{path}/complete", {"parts": []}),
        ada.ask("DELETE", path),
    ]

    assert {answer.status for answer in answers} <= {404, 422}

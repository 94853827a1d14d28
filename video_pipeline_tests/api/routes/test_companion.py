"""Requests exactly as @uppy/aws-s3 makes them: `CompanionS3` of version 6, and `batch` and `headers` of version 4."""

import os
from urllib.parse import quote, urlencode
from uuid import UUID, uuid4

import dagster as dg
import httpx2
import pytest

from video_pipeline.catalog import queries
from video_pipeline.catalog.engine import transaction
from video_pipeline.config import settings
from video_pipeline.defs import resources, sensors
from video_pipeline.storage import keys
from video_pipeline.storage.objects import MIB
from video_pipeline.types import VideoStatus
from video_pipeline_tests.senders import person, put, sha256

PARTS = [os.urandom(5 * MIB), os.urandom(6 * MIB), b"the last part is small"]
BODY = b"".join(PARTS)
FILE = {"filename": "gate.mp4", "type": "video/mp4"}


@pytest.fixture(autouse=True)
def _small_limits(environment, monkeypatch):
    monkeypatch.setenv("MAX_FILE_BYTES", str(20 * MIB))
    monkeypatch.setenv("WEEKLY_UPLOAD_BYTES", str(30 * MIB))
    settings.cache_clear()


@pytest.fixture
def ada(api, engine):
    return person(api, engine)


@pytest.fixture
def row(engine):
    def read(key):
        video_id = keys.upload_id(key)
        assert video_id is not None
        with transaction(engine) as connection:
            return queries.video(connection, video_id)

    return read


def path(upload, rest="", **query):
    """The path of an upload in parts, as Uppy builds it."""
    return f"/s3/multipart/{quote(upload['uploadId'], safe='')}{rest}?{urlencode({'key': upload['key'], **query})}"


def begun(person, **metadata):
    answer = person.ask("POST", "/s3/multipart", {**FILE, "metadata": {"name": "gate.mp4", **metadata}})
    assert answer.status == 200, answer.body
    return answer.told


def sent(person, upload):
    """Send the parts one by one, as Uppy does, and give what it lists to complete them."""
    listed = []
    for number, part in enumerate(PARTS, start=1):
        signed = person.ask("GET", path(upload, f"/{number}")).told
        listed.append({"PartNumber": number, "ETag": put(signed["url"], part).etag})
    return listed


def completed(person, upload, parts):
    return person.ask("POST", path(upload, "/complete"), {"parts": parts})


def test_a_file_is_sent_in_parts_of_sizes_that_nobody_told(ada, row, store):
    upload = begun(ada, title="At the gate")
    assert ada.used == 0

    answer = completed(ada, upload, sent(ada, upload))

    video = row(upload["key"])
    told = {"location": f"/api/videos/{video.id}", "key": upload["key"], "bucket": store.bucket, "status": "uploaded"}
    assert (answer.status, answer.told) == (200, told)
    assert (video.status, video.title, video.size_bytes) == (VideoStatus.UPLOADED, "At the gate", len(BODY))
    assert ada.used == len(BODY)
    assert completed(ada, upload, []).status == 422
    assert completed(ada, upload, [{"PartNumber": 1, "ETag": "x"}]).told == told  # asked again


def test_a_size_that_is_told_is_reserved_and_must_be_so(ada):
    upload = begun(ada, size=len(BODY) + 1)
    assert ada.used == len(BODY) + 1

    answer = completed(ada, upload, sent(ada, upload))

    assert (answer.status, "were announced" in answer.told["detail"]) == (400, True)


def test_uppy_resumes_with_what_has_come(ada):
    upload = begun(ada)
    listed = sent(ada, upload)

    there = ada.ask("GET", path(upload)).told

    assert [(part["PartNumber"], part["Size"]) for part in there] == [(n, len(b)) for n, b in enumerate(PARTS, 1)]
    assert [part["ETag"] for part in there] == [part["ETag"].strip('"') for part in listed]


def test_several_addresses_are_signed_at_once(ada):
    upload = begun(ada)

    urls = ada.ask("GET", path(upload, "/batch", partNumbers="1,2,3")).told["presignedUrls"]

    assert [put(urls[str(number)], part).status for number, part in enumerate(PARTS, 1)] == [200] * 3


def test_giving_up_leaves_nothing(ada, store):
    upload = begun(ada, size=len(BODY))
    sent(ada, upload)

    assert ada.ask("DELETE", path(upload)).status == 200

    assert ada.used == 0
    assert completed(ada, upload, [{"PartNumber": 1, "ETag": "x"}]).status == 409


def test_more_than_a_file_may_have_is_not_completed(ada, store, row):
    upload = begun(ada)
    urls = ada.ask("GET", path(upload, "/batch", partNumbers="1,2,3")).told["presignedUrls"]
    listed = [{"PartNumber": n, "ETag": put(urls[str(n)], bytes(8 * MIB)).etag} for n in (1, 2, 3)]

    assert ada.ask("GET", path(upload, "/4")).status == 400
    assert completed(ada, upload, listed).status == 400
    assert (ada.used, row(upload["key"]).status, store.list("")) == (0, VideoStatus.UPLOADING, ())


def test_more_than_is_left_of_the_quota_is_not_completed(ada, store):
    ada.begun(b"", size_bytes=20 * MIB)
    upload = begun(ada)

    answer = completed(ada, upload, sent(ada, upload))

    assert (answer.status, answer.told["code"]) == (413, "quota_exceeded")
    assert (ada.used, store.list("")) == (20 * MIB, ())


def params(person, **metadata):
    told = {f"metadata[{name}]": value for name, value in metadata.items()}
    return person.ask("GET", f"/s3/params?{urlencode({**FILE, **told})}")


def post(form, body):
    """What the store says to a form as a browser sends it: the file behind the other fields."""
    return httpx2.post(form["url"], data=form["fields"], files={"file": ("gate.mp4", body, "video/mp4")}).status_code


def test_a_small_file_is_sent_by_a_form_and_seen_by_the_sensor(ada, row, engine, store, see):
    form = params(ada, title="At the gate").told
    key = form["fields"]["key"]
    assert (form["method"], ada.used) == ("POST", 20 * MIB)

    assert post(form, b"a small file") == 204
    see()

    video = row(key)
    assert (video.status, video.size_bytes, video.title) == (VideoStatus.UPLOADED, 12, "At the gate")
    assert ada.used == 12


def test_a_form_takes_no_more_than_was_told(ada, store):
    form = params(ada, size="12").told

    assert ada.used == 12
    assert post(form, b"too large a file") in {400, 403}
    assert store.list("") == ()


@pytest.fixture
def see(environment):
    """Let the sensor look at the inbox."""

    def look():
        with dg.DagsterInstance.ephemeral() as instance:
            sensors.look(instance, resources.Catalog(), resources.Bucket(), None)

    resources.forget_connections()
    yield look
    resources.forget_connections()


def test_the_same_bytes_are_refused_as_uppy_can_show_it(ada):
    first = begun(ada, checksum_sha256=sha256(BODY))

    again = ada.ask("POST", "/s3/multipart", {**FILE, "metadata": {"checksum_sha256": sha256(BODY)}})

    assert (again.status, again.told["code"]) == (409, "duplicate")
    assert str(keys.upload_id(first["key"])) in again.told["detail"]


def test_key_and_upload_id_are_the_callers_or_nobodys(api, engine, ada):
    upload, other = begun(ada), begun(ada)
    bob = person(api, engine)
    swapped = {**upload, "uploadId": other["uploadId"]}
    elsewhere = {**upload, "key": f"originals/{UUID(int=1)}/original.mp4"}
    unknown = {**upload, "key": keys.upload(uuid4(), "mp4")}

    for who, what in [(bob, upload), (ada, swapped), (ada, elsewhere), (ada, unknown), (ada, {**upload, "key": "\0"})]:
        assert who.ask("GET", path(what)).status == 404
        assert who.ask("GET", path(what, "/1")).status == 404
        assert who.ask("GET", path(what, "/batch", partNumbers="1")).status == 404
        assert completed(who, what, [{"PartNumber": 1, "ETag": "x"}]).status == 404
        assert who.ask("DELETE", path(what)).status == 404


@pytest.mark.parametrize("number", ["0", "-1", "10001", "99999999999", "x", "%00", "١"])
def test_parts_that_cannot_be_get_no_address(ada, number):
    upload = begun(ada)

    assert ada.ask("GET", path(upload, f"/{quote(number, safe='%')}")).status == 400
    assert ada.ask("GET", path(upload, "/batch", partNumbers=f"1,{number}")).status == 400


@pytest.mark.parametrize(
    "metadata", [{"size": 0}, {"size": "x"}, {"size": 2**63}, {"camera_id": "x"}, {"title": "x" * 201}]
)
def test_what_is_told_of_a_file_must_be_possible(ada, metadata):
    announced = ada.ask("POST", "/s3/multipart", {**FILE, "metadata": metadata})

    assert announced.status in {400, 422}
    assert params(ada, **metadata).status == announced.status
    assert ada.used == 0

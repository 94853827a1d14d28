import os
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest

from video_pipeline.catalog import queries
from video_pipeline.catalog.engine import transaction
from video_pipeline.config import settings
from video_pipeline.storage.multipart import SignedRequest
from video_pipeline.storage.objects import MIB
from video_pipeline.types import Role, VideoStatus
from video_pipeline_tests.catalog import crowd
from video_pipeline_tests.senders import person, put, send, sha256, under_way

SMALL = b"a small file"
LARGE = os.urandom(5 * MIB) * 2 + b"the last part is small"


@pytest.fixture(autouse=True)
def _small_limits(environment, monkeypatch):
    monkeypatch.setenv("UPLOAD_PART_BYTES", str(5 * MIB))
    monkeypatch.setenv("MAX_FILE_BYTES", str(40 * MIB))
    monkeypatch.setenv("WEEKLY_UPLOAD_BYTES", str(60 * MIB))
    settings.cache_clear()


@pytest.fixture
def ada(api, engine):
    return person(api, engine)


@pytest.fixture
def bob(api, engine):
    return person(api, engine)


@pytest.fixture
def row(engine):
    def read(video_id):
        with transaction(engine) as connection:
            return queries.video(connection, UUID(str(video_id)))

    return read


def test_a_file_is_sent_in_parts_in_any_order(ada, row, store):
    upload = ada.begun(LARGE, title="At the gate", checksum_sha256=sha256(LARGE))
    assert (upload["part_size"], upload["part_count"], upload["put"]) == (5 * MIB, 3, None)

    sent = ada.send_parts(upload, LARGE, [3, 1, 2])
    answer = ada.complete(upload, sorted(sent, key=lambda part: part["number"]))

    assert (answer.status, answer.told) == (200, {"video_id": upload["video_id"], "status": "uploaded"})
    video = row(upload["video_id"])
    assert (video.status, video.title, video.owner_id) == (VideoStatus.UPLOADED, "At the gate", ada.user_id)
    assert (video.size_bytes, video.declared_sha256) == (len(LARGE), sha256(LARGE))
    assert b"".join(store.open(upload["key"], etag=video.inbox_etag)) == LARGE
    assert ada.used == len(LARGE)


def test_a_small_file_is_sent_by_one_request(ada, row):
    upload = ada.begun(SMALL, checksum_sha256=sha256(SMALL))
    assert (upload["parts"], upload["upload_id"], upload["part_count"]) == ([], None, 1)

    assert send(SignedRequest(**upload["put"]), SMALL[::-1]).status == 400
    ada.send(upload, SMALL)

    assert ada.complete(upload, []).told["status"] == "uploaded"
    assert row(upload["video_id"]).size_bytes == len(SMALL)


def test_an_upload_is_resumed_with_the_parts_that_are_missing(ada):
    upload = ada.begun(LARGE)
    ada.send_parts(upload, LARGE, [1, 3])
    path = f"/api/uploads/{upload['video_id']}/parts"

    there = ada.ask("GET", path).told["parts"]
    assert [(part["number"], part["size_bytes"]) for part in there] == [(1, 5 * MIB), (3, len(LARGE) - 10 * MIB)]
    again = ada.ask("POST", path, {"numbers": [2]}).told
    assert put(again["parts"][0]["url"], LARGE[5 * MIB : 10 * MIB]).status == 200

    assert ada.complete(upload, ada.ask("GET", path).told["parts"]).status == 200


def test_completing_twice_is_completing_once(ada, row):
    upload = ada.begun(LARGE)
    sent = ada.send(upload, LARGE)

    first, second = ada.complete(upload, sent), ada.complete(upload, sent)

    assert (first.status, first.told) == (second.status, second.told) == (200, first.told)
    assert ada.used == len(LARGE)


def test_several_who_complete_at_once_are_told_the_same(ada):
    upload = ada.begun(LARGE)
    sent = ada.send(upload, LARGE)

    with ThreadPoolExecutor(4) as pool:
        answers = [future.result() for future in [pool.submit(ada.complete, upload, sent) for _ in range(4)]]

    assert [(answer.status, answer.told["status"]) for answer in answers] == [(200, "uploaded")] * 4
    assert ada.used == len(LARGE)


def test_giving_up_leaves_nothing(ada, store):
    upload = ada.begun(LARGE)
    sent = ada.send_parts(upload, LARGE, [1])

    assert (ada.abort(upload).status, ada.abort(upload).status) == (204, 204)

    assert ada.used == 0
    assert upload["key"] not in under_way(store)
    late = ada.complete(upload, sent)
    assert (late.status, late.told["code"]) == (409, "conflict")
    assert ada.ask("POST", f"/api/uploads/{upload['video_id']}/parts", {"numbers": [1]}).status == 409


def test_a_small_file_that_has_come_goes_when_it_is_given_up(ada, store):
    upload = ada.begun(SMALL)
    ada.send(upload, SMALL)

    assert ada.abort(upload).status == 204

    assert store.list("") == ()
    assert ada.complete(upload, []).status == 409


def test_what_is_complete_cannot_be_given_up(ada, row):
    upload = ada.begun(SMALL)
    ada.send(upload, SMALL)
    ada.complete(upload, [])

    answer = ada.abort(upload)

    assert (answer.status, answer.told["code"]) == (409, "conflict")
    assert row(upload["video_id"]).status is VideoStatus.UPLOADED
    assert ada.used == len(SMALL)


def test_who_completes_and_who_gives_up_at_once_do_not_both_succeed(ada, row, store):
    for _ in range(5):
        upload = ada.begun(SMALL)
        ada.send(upload, SMALL)
        with ThreadPoolExecutor(2) as pool:
            completing, aborting = pool.submit(ada.complete, upload, []), pool.submit(ada.abort, upload)
        statuses = (completing.result().status, aborting.result().status)

        assert statuses in {(200, 409), (409, 204), (400, 204)}
        is_there = store.head(upload["key"]) is not None
        assert is_there == (row(upload["video_id"]).status is VideoStatus.UPLOADED) == (statuses[0] == 200)


def test_the_same_bytes_are_announced_once(ada, bob):
    upload = ada.begun(SMALL, checksum_sha256=sha256(SMALL))
    ada.send(upload, SMALL)
    ada.complete(upload, [])

    again = ada.begin(SMALL, checksum_sha256=sha256(SMALL).upper())

    expected = {"video_id": upload["video_id"], "duplicate": True, "status": "uploaded"}
    assert (again.status, again.told) == (200, expected)
    assert ada.used == len(SMALL)
    assert bob.begin(SMALL, checksum_sha256=sha256(SMALL)).status == 201  # another scope


def test_fifty_who_announce_the_same_bytes_at_once_make_one_video(ada):
    with ThreadPoolExecutor(50) as pool:
        asked = [pool.submit(ada.begin, SMALL, checksum_sha256=sha256(SMALL)) for _ in range(50)]
    answers = [future.result() for future in asked]

    assert sorted(answer.status for answer in answers) == [200] * 49 + [201]
    assert len({answer.told["video_id"] for answer in answers}) == 1
    assert ada.used == len(SMALL)


def test_what_was_given_up_is_no_duplicate(ada):
    upload = ada.begun(SMALL, checksum_sha256=sha256(SMALL))
    ada.abort(upload)

    assert ada.begin(SMALL, checksum_sha256=sha256(SMALL)).status == 201


def test_a_camera_is_a_scope_and_its_site_says_what_it_takes(api, engine, ada, bob):
    with engine.begin() as connection:
        site = crowd.site(connection, "mall")
        camera = str(crowd.camera(connection, site))
        connection.exec_driver_sql("UPDATE sites SET accepted_extensions = '{.mp4}', max_file_bytes = 20")
        connection.exec_driver_sql("INSERT INTO memberships (user_id, site_id) SELECT id, %s FROM users", (site,))
    stranger = person(api, engine)

    upload = ada.begun(SMALL, camera_id=camera, checksum_sha256=sha256(SMALL))
    ada.send(upload, SMALL)
    ada.complete(upload, [])

    assert bob.begin(SMALL, camera_id=camera, checksum_sha256=sha256(SMALL)).told["video_id"] == upload["video_id"]
    assert bob.begin(b"x" * 21, camera_id=camera).status == 400
    assert bob.begin(SMALL, camera_id=camera, filename="a.mov", mime_type="video/quicktime").status == 400
    assert stranger.begin(SMALL, camera_id=camera).status == 404


def test_the_quota_is_never_exceeded_whoever_asks_at_once(ada):
    with ThreadPoolExecutor(12) as pool:
        asked = [pool.submit(ada.begin, b"", size_bytes=9 * MIB) for _ in range(12)]
    answers = [future.result() for future in asked]

    assert sorted(answer.status for answer in answers) == [201] * 6 + [413] * 6
    assert {answer.told["code"] for answer in answers if answer.status == 413} == {"quota_exceeded"}
    assert ada.used == 54 * MIB


def test_an_admin_can_set_the_quota_and_when_it_is_reset(ada, engine):
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO configuration (weekly_bytes_per_user, quota_reset_weekday, quota_reset_hour, "
            "quota_reset_timezone, max_file_bytes, accepted_containers) "
            "VALUES (100, 1, 4, 'Europe/Berlin', 50, '{webm}')"
        )

    quota = ada.ask("GET", "/api/quota").told

    assert (quota["used"], quota["limit"]) == (0, 100)
    assert quota["resets_at"].endswith(("T02:00:00Z", "T03:00:00Z"))
    assert ada.begin(SMALL).status == 400
    assert ada.begin(SMALL, filename="a.webm", mime_type="video/webm").status == 201
    assert ada.begin(b"x" * 51, filename="a.webm", mime_type="video/webm").status == 400


def test_somebody_elses_upload_is_not_theirs_to_change_nor_to_see(ada, bob):
    upload = ada.begun(LARGE)
    path = f"/api/uploads/{upload['video_id']}"

    assert bob.ask("GET", f"{path}/parts").status == 404
    assert bob.ask("POST", f"{path}/parts", {"numbers": [1]}).status == 403
    assert bob.complete(upload, []).status == 403
    assert bob.abort(upload).status == 403
    assert ada.ask("GET", f"{path}/parts").status == 200


def test_an_admin_may_end_anybodys_upload(api, engine, ada):
    upload = ada.begun(LARGE)

    assert person(api, engine, Role.ADMIN).abort(upload).status == 204
    assert ada.used == 0


def test_nobody_uploads_without_saying_who_they_are(api):
    assert api.ask("POST", "/api/uploads", {}).status == 401
    assert api.ask("GET", "/api/quota").status == 401


def _without(number):
    return lambda parts: [part for part in parts if part["number"] != number]


REFUSED_COMPLETIONS = {
    "no parts": lambda parts: [],
    "the first is missing": _without(1),
    "the last is missing": _without(3),
    "one that never was": lambda parts: [*parts, {"number": 4, "etag": "0" * 32}],
    "out of order": lambda parts: parts[::-1],
    "one twice": lambda parts: [parts[0], *parts],
    "a wrong ETag": lambda parts: [{**parts[0], "etag": "0" * 32}, *parts[1:]],
    "no ETag": lambda parts: [{**parts[0], "etag": ""}, *parts[1:]],
    "number 0": lambda parts: [{**parts[0], "number": 0}, *parts[1:]],
    "number 10 001": lambda parts: [*parts, {"number": 10_001, "etag": "0" * 32}],
    "10 001 parts": lambda parts: [parts[0]] * 10_001,
}


@pytest.mark.parametrize("mangled", REFUSED_COMPLETIONS.values(), ids=REFUSED_COMPLETIONS.keys())
def test_a_list_that_is_not_what_came_completes_nothing(ada, row, store, mangled):
    upload = ada.begun(LARGE)
    sent = ada.send(upload, LARGE)

    answer = ada.complete(upload, mangled(sent))

    assert answer.status in {400, 422}
    assert answer.told["code"] in {"request_refused", "invalid_request"}
    assert row(upload["video_id"]).status is VideoStatus.UPLOADING
    assert store.list("") == ()
    assert ada.complete(upload, sent).status == 200


def test_a_part_that_has_not_come_completes_nothing(ada, store):
    upload = ada.begun(LARGE)
    sent = [*ada.send_parts(upload, LARGE, [1, 2]), {"number": 3, "etag": "0" * 32}]

    answer = ada.complete(upload, sent)

    assert (answer.status, "Part 3 has not arrived" in answer.told["detail"]) == (400, True)
    assert store.list("") == ()


def test_browsers_get_an_address_that_they_can_reach(ada, monkeypatch):
    monkeypatch.setenv("S3_PUBLIC_ENDPOINT_URL", "https://uploads.example.org")
    settings.cache_clear()

    assert ada.begun(SMALL)["put"]["url"].startswith("https://uploads.example.org/")

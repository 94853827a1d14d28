import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import dagster as dg
import pytest

from video_pipeline import intake
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import multipart
from video_pipeline.defs import resources, sensors
from video_pipeline.errors import Conflict, NotAllowed, RequestRefused, VideoNotFound
from video_pipeline.storage.multipart import DirectUploads, Part
from video_pipeline.storage.objects import MIB
from video_pipeline.types import Role, VideoStatus
from video_pipeline.uploads import companion, transfer
from video_pipeline.uploads.begin import Begun, begin
from video_pipeline.uploads.limits import standing
from video_pipeline_tests.desk import Desk, Killed, look_once
from video_pipeline_tests.samples import Samples
from video_pipeline_tests.senders import put, send

BODY = os.urandom(5 * MIB) + b"the last part is small"


@pytest.fixture
def upload(engine, direct, caller, file, limits):
    """An upload in two parts, both of them sent, and the list of them."""
    begun = begin(engine, direct, caller, replace(file, size_bytes=len(BODY)), defaults=limits)
    assert isinstance(begun, Begun)
    pieces = {1: BODY[: 5 * MIB], 2: BODY[5 * MIB :]}
    listed = [Part(number, put(begun.signed.urls[number], piece).etag.strip('"')) for number, piece in pieces.items()]
    return begun, listed


@pytest.fixture
def complete(engine, direct, caller, limits):
    def ask(begun, listed, who=caller):
        return transfer.complete(engine, direct, who, begun.upload.video_id, listed, defaults=limits)

    return ask


@pytest.fixture
def look(environment):
    """Let the sensor look at the inbox."""

    def see():
        with dg.DagsterInstance.ephemeral() as instance:
            return sensors.look(instance, resources.Catalog(), resources.Bucket(), None)[0]

    resources.forget_connections()
    yield see
    resources.forget_connections()


@pytest.fixture
def used(engine, caller, limits):
    def read():
        with transaction(engine) as connection:
            return standing(connection, caller.user_id, limits).used

    return read


@pytest.fixture
def died(upload, complete, monkeypatch):
    """The API completes an upload in the store, and is killed before it says so to the catalog."""

    def kill(connection, video_id, stored):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(multipart, "arrived", kill)
        with pytest.raises(Killed):
            complete(*upload)
    return upload


def state(engine, begun):
    with engine.connect() as connection:
        return connection.exec_driver_sql(
            "SELECT status, size_bytes, inbox_etag, uploads.completed_at IS NOT NULL, week_start IS NOT NULL "
            "FROM uploads JOIN videos ON id = video_id WHERE id = %s",
            (begun.upload.video_id,),
        ).one()


def test_the_sensor_heals_what_the_api_died_over(died, engine, store, look, used, complete):
    begun, listed = died

    decision = look()

    assert decision.request == (begun.upload.video_id,)
    etag = store.head(begun.upload.key).etag
    assert tuple(state(engine, begun)) == ("uploaded", len(BODY), etag, True, True)
    assert used() == len(BODY)
    assert complete(begun, listed) is VideoStatus.UPLOADED


def test_asking_again_heals_it_as_well(died, engine, look, used, complete):
    begun, listed = died

    assert complete(begun, listed) is VideoStatus.UPLOADED

    assert tuple(state(engine, begun))[0::3] == ("uploaded", True)
    assert used() == len(BODY)
    assert look().heal == ()


def test_what_the_api_died_over_can_still_be_given_up(died, engine, store, direct, caller, look, used):
    begun, _ = died

    transfer.abort(engine, direct, caller, begun.upload.video_id)

    assert (store.list(""), used()) == ((), 0)
    assert not look().has_work


def test_an_upload_that_is_given_up_while_it_is_completed_leaves_nothing(
    upload, engine, store, complete, used, monkeypatch
):
    begun, listed = upload
    completed = DirectUploads.complete

    def beaten(self, key, upload_id, parts):
        """Somebody gives the upload up, and dies before the store hears of it."""
        with transaction(engine) as connection:
            multipart.give_up(connection, begun.upload.video_id)
        return completed(self, key, upload_id, parts)

    monkeypatch.setattr(DirectUploads, "complete", beaten)

    with pytest.raises(Conflict):
        complete(begun, listed)

    assert (store.list(""), used()) == ((), 0)


@pytest.mark.parametrize("verb", ["sign", "parts", "complete"])
def test_an_upload_that_nobody_was_heard_of_for_six_hours_has_expired(upload, engine, direct, caller, complete, verb):
    begun, listed = upload
    video_id = begun.upload.video_id
    verbs = {
        "sign": lambda: transfer.sign(engine, direct, caller, video_id, [1]),
        "parts": lambda: transfer.parts(engine, direct, caller, video_id),
        "complete": lambda: complete(begun, listed),
    }
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE uploads SET seen_at = now() - interval '359 minutes'")
    transfer.sign(engine, direct, caller, video_id, [1])  # a sign of life
    with engine.begin() as connection:
        left = connection.exec_driver_sql("SELECT now() - seen_at < interval '1 minute' FROM uploads").scalar_one()
        connection.exec_driver_sql("UPDATE uploads SET seen_at = now() - interval '361 minutes'")

    assert left
    with pytest.raises(Conflict, match="expired"):
        verbs[verb]()


def test_a_file_of_another_size_than_announced_ends_the_upload(engine, direct, caller, file, limits, complete, used):
    begun = begin(engine, direct, caller, file, defaults=limits)
    assert isinstance(begun, Begun)
    direct.store.client.put_object(Bucket=direct.store.bucket, Key=begun.upload.key, Body=b"of another size")

    with pytest.raises(RequestRefused, match="15 bytes; 12 were announced"):
        complete(begun, [])

    assert tuple(state(engine, begun))[0::4] == ("failed", False)
    assert (used(), direct.store.list("")) == (0, ())


def test_nothing_that_has_not_come_is_complete(engine, direct, caller, file, limits, complete):
    begun = begin(engine, direct, caller, file, defaults=limits)
    assert isinstance(begun, Begun)

    with pytest.raises(RequestRefused, match="Nothing of the file"):
        complete(begun, [])


def test_only_its_owner_and_admins_work_on_an_upload(upload, engine, direct, caller, complete):
    begun, listed = upload
    video_id = begun.upload.video_id
    stranger = replace(caller, user_id=video_id)

    with pytest.raises(NotAllowed):
        complete(begun, listed, stranger)
    with pytest.raises(VideoNotFound):
        transfer.parts(engine, direct, stranger, video_id)
    assert complete(begun, listed, replace(stranger, role=Role.ADMIN)) is VideoStatus.UPLOADED


def test_two_who_complete_what_nobody_knew_the_size_of_take_its_bytes_once(
    engine, direct, caller, file, limits, complete, used
):
    begun = companion.begin_parts(engine, direct, caller, replace(file, size_bytes=None), defaults=limits)
    url = direct.part_url(begun.key, begun.multipart_id, 1, size_bytes=None)
    listed = [Part(1, put(url, b"of some size").etag.strip('"'))]

    def ask(_):
        return transfer.complete(engine, direct, caller, begun.video_id, listed, defaults=limits)

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(ask, range(4))) == {VideoStatus.UPLOADED}
    assert used() == 12


@pytest.fixture
def desk(engine, store, tmp_path, tmp_path_factory, monkeypatch):
    look_once(monkeypatch)
    return Desk(engine, store, tmp_path, Samples(tmp_path_factory.getbasetemp())["small"])


def test_an_address_used_again_changes_nothing_that_is_served(
    desk, engine, direct, caller, file, limits, complete, look
):
    path = desk.fresh()
    body = path.read_bytes()
    begun = begin(engine, direct, caller, replace(file, size_bytes=len(body)), defaults=limits)
    assert isinstance(begun, Begun)
    request = begun.signed.put
    assert request is not None
    assert send(request, body).status == 200
    complete(begun, [])
    video_id = begun.upload.video_id

    assert send(request, body[::-1]).status == 412  # while it waits
    video = desk.validate(video_id)
    assert send(request, body[::-1]).status == 200  # the inbox is empty: the store cannot know
    look()

    assert desk.row(video_id).original_key == video.original_key
    assert b"".join(desk.store.open(video.original_key)) == body
    assert desk.row(video_id).checksum_sha256 == intake.digest(path)


def test_an_address_of_a_part_is_worth_nothing_once_the_upload_is_complete(upload, store, complete):
    begun, listed = upload
    complete(begun, listed)

    assert put(begun.signed.urls[2], BODY[: 5 * MIB - 1 : -1]).status == 404
    assert b"".join(store.open(begun.upload.key)) == BODY

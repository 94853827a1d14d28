import os
from pathlib import Path
from uuid import UUID

import pytest

from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import videos
from video_pipeline.client import ApiProblem, Client
from video_pipeline.client.downloading import Downloader, Rendering, plain_name
from video_pipeline.client.progress import Step
from video_pipeline.errors import DownloadDamaged, NotFound
from video_pipeline.storage import keys
from video_pipeline.types import ArtifactKind, Container
from video_pipeline_tests.client.conftest import QUICK
from video_pipeline_tests.client.recorder import Recorder
from video_pipeline_tests.client.relay import relaying
from video_pipeline_tests.desk import Desk
from video_pipeline_tests.senders import sha256

BODY = os.urandom(300_000)


@pytest.fixture
def video(engine, store, tmp_path, ada):
    """A video of Ada's whose original and poster lie in the bucket."""
    desk = Desk(engine, store, tmp_path, tmp_path / "sample.mp4")
    (tmp_path / "sample.mp4").write_bytes(BODY)
    video_id = desk.receive()
    original = tmp_path / "original"
    original.write_bytes(BODY)
    desk.begin(video_id)
    store.store(original, keys.original(video_id, Container.MP4), content_type="video/mp4")
    with transaction(engine) as connection:
        videos.accept(
            connection,
            video_id,
            sha256=sha256(BODY),
            size_bytes=len(BODY),
            original_key=keys.original(video_id, Container.MP4),
        )
        connection.exec_driver_sql("UPDATE videos SET owner_id = %s", (ada.user_id,))
    desk.derive(video_id, ArtifactKind.POSTER, b"a picture")
    return video_id


@pytest.fixture
def way(ada):
    """What stands between client and API, and the client."""
    with relaying(ada.api.address) as relay, Client(relay.address, token=ada.token, patience=QUICK) as client:
        yield relay, client


def test_an_original_is_saved_whole_and_nothing_is_left_beside_it(client, video, tmp_path):
    target, shown = tmp_path / "out" / "gate.mp4", Recorder()
    target.parent.mkdir()

    Downloader(client).save(video, Rendering.ORIGINAL, target, shown)

    assert target.read_bytes() == BODY
    assert list(target.parent.iterdir()) == [target]
    assert shown.done == {Step.DOWNLOAD: len(BODY)}


def test_pictures_are_saved_as_well(client, video, tmp_path):
    Downloader(client).save(video, Rendering.POSTER, tmp_path / "poster.jpg")

    assert (tmp_path / "poster.jpg").read_bytes() == b"a picture"


def begun(target: Path, body: bytes) -> Path:
    """What an earlier attempt has left."""
    part = target.with_name(f".{target.name}.{sha256(BODY)[:16]}.part")
    part.write_bytes(body)
    return part


def test_what_has_come_does_not_come_again(way, video, tmp_path):
    _, client = way
    target, shown = tmp_path / "gate.mp4", Recorder()
    begun(target, BODY[:200_000])

    Downloader(client).save(video, Rendering.ORIGINAL, target, shown)

    assert target.read_bytes() == BODY
    assert (shown.begun_with, shown.done) == ({Step.DOWNLOAD: 200_000}, {Step.DOWNLOAD: len(BODY)})


def test_what_has_come_whole_is_not_asked_for(way, video, tmp_path):
    relay, client = way
    begun(tmp_path / "gate.mp4", BODY)

    Downloader(client).save(video, Rendering.ORIGINAL, tmp_path / "gate.mp4")

    assert not any(one.path.startswith("/media/") for one in relay.asked)


def test_what_came_wrong_is_not_kept(client, video, tmp_path):
    target = tmp_path / "gate.mp4"
    part = begun(target, b"other bytes")

    with pytest.raises(DownloadDamaged, match="Download it again"):
        Downloader(client).save(video, Rendering.ORIGINAL, target)
    assert (part.exists(), target.exists()) == (False, False)


def test_what_is_not_there_is_told(client, video, tmp_path):
    with pytest.raises(NotFound, match="no storyboard index of this video"):
        Downloader(client).save(video, Rendering.STORYBOARD_INDEX, tmp_path / "x")
    with pytest.raises(ApiProblem, match="No video"):
        Downloader(client).save(UUID(int=0), Rendering.ORIGINAL, tmp_path / "x")


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("holiday.mp4", "holiday.mp4"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("-rf.mp4", "rf.mp4"),
        (".bashrc", "bashrc"),
        ("a\x1b[2Jb\u202ec.mp4", "a_[2Jb_c.mp4"),
        ("...", "video"),
    ],
)
def test_a_strangers_file_name_does_no_harm(told: str, name: str):
    assert plain_name(told) == name


def test_every_rendering_but_the_original_has_an_extension():
    assert [one for one in Rendering if not one.suffix] == [Rendering.ORIGINAL]

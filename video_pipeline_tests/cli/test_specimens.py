from __future__ import annotations

import pytest

from video_pipeline.cli.specimens import Specimen
from video_pipeline.errors import MediaToolFailed
from video_pipeline.media.probe_child import facts_of


def test_a_specimen_is_a_small_video_with_sound_and_the_same_each_time(tmp_path):
    specimen = Specimen("A Test Card", "Tutorials", "testsrc2", 440)
    path = specimen.make(tmp_path)
    (tmp_path / "again").mkdir()

    facts = facts_of(path)
    assert path.name == "a-test-card.mp4"
    assert facts.video is not None
    assert facts.audio is not None
    assert (facts.video.codec, facts.video.width, facts.video.height) == ("h264", 640, 360)
    assert specimen.make(tmp_path / "again").read_bytes() == path.read_bytes()


def test_what_is_there_is_not_made_again(tmp_path):
    specimen = Specimen("A Test Card", "Tutorials", "testsrc2")
    (tmp_path / specimen.filename).write_bytes(b"made before")

    assert specimen.make(tmp_path).read_bytes() == b"made before"


def test_one_without_a_picture_is_no_video_whatever_its_name_says(tmp_path):
    path = Specimen("Dear Diary", "Vlogs").make(tmp_path)

    assert path.suffix == ".mp4"
    assert path.read_bytes().isascii()


def test_a_picture_that_ffmpeg_does_not_know_is_told(tmp_path):
    with pytest.raises(MediaToolFailed, match=r"nosuch\.mp4"):
        Specimen("Nosuch", "Vlogs", "nosuchsource").make(tmp_path)
    assert list(tmp_path.iterdir()) == []

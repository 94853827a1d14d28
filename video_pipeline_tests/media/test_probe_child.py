import json
import sys
from pathlib import Path

import pytest
from av.error import FFmpegError

from video_pipeline.errors import MediaRefused
from video_pipeline.media import probe_child
from video_pipeline.media.probe_child import facts_of
from video_pipeline.types import Container
from video_pipeline_tests.samples import Samples

BROKEN = b"\0\0\0\x10ftypisom\0\0\0\0" + b"\0\0\0\x10stsz" + bytes(8)


@pytest.mark.parametrize(
    ("sample", "container", "video", "audio", "faststart"),
    [
        ("phone", Container.MP4, "h264", "aac", False),
        ("fast", Container.MP4, "h264", None, True),
        ("quicktime", Container.MOV, "h264", "aac", False),
        ("matroska", Container.MKV, "h264", "aac", None),
        ("webm", Container.WEBM, "vp9", "opus", None),
        ("avi", Container.AVI, "mpeg4", "mp3", None),
        ("ten_bit", Container.MOV, "prores", None, False),
        ("sound", Container.MP4, None, "aac", False),
    ],
)
def test_every_container(
    samples: Samples,
    sample: str,
    container: Container,
    video: str | None,
    audio: str | None,
    faststart: bool | None,
) -> None:
    facts = facts_of(samples[sample])
    assert facts.container is container
    assert (facts.video and facts.video.codec) == video
    assert (facts.audio and facts.audio.codec) == audio
    assert facts.faststart is faststart
    assert facts.duration_seconds == pytest.approx(2 if sample in {"phone", "quicktime", "matroska"} else 1, abs=0.05)


def test_a_cover_is_a_stream_but_no_picture(samples: Samples) -> None:
    facts = facts_of(samples["covered"])
    assert facts.video is None
    assert (facts.video_streams, facts.audio_streams) == (1, 1)


def test_tags_are_cleaned(samples: Samples) -> None:
    tags = facts_of(samples["tagged"]).tags
    assert tags["title"] == "A gpj  title"
    assert tags["location"].startswith("+48.2082")


def test_tags_that_are_no_unicode(samples: Samples, tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(samples["tagged"].read_bytes().replace(b"title", b"t\xfftle"))
    assert facts_of(path).tags["title"] == "A gpj  t\ufffdtle"


def test_what_is_no_video_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_text("#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n")
    with pytest.raises(MediaRefused, match="playlist"):
        facts_of(path)


def test_what_its_demuxer_cannot_read(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(BROKEN)
    with pytest.raises(FFmpegError):
        facts_of(path)


def answer(path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    monkeypatch.setattr(sys, "argv", ["probe_child", str(path)])
    probe_child.main()
    told: dict[str, object] = json.loads(capsys.readouterr().out)
    return told


def test_the_answer_is_facts(
    samples: Samples, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert set(answer(samples["small"], monkeypatch, capsys)) == {"facts"}


def test_or_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(BROKEN)
    assert answer(path, monkeypatch, capsys) == {"error": "Invalid data found when processing input"}

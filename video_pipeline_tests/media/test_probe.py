import socket
import subprocess
from fractions import Fraction
from pathlib import Path

import pytest

from video_pipeline.errors import MediaRefused, MediaToolFailed
from video_pipeline.media import probe as probing
from video_pipeline.media.ffmpeg import executable
from video_pipeline.media.probe import probe
from video_pipeline.media.process import Bounds
from video_pipeline.types import Container
from video_pipeline_tests.samples import Samples, bunny, ffmpeg


def refusal(path: Path, bounds: Bounds) -> str:
    """The code with which a file is refused."""
    with pytest.raises(MediaRefused) as refused:
        probe(path, bounds=bounds)
    assert refused.value.reason.sentence.endswith(".")
    return refused.value.reason.code


def test_a_real_clip(bounds: Bounds) -> None:
    facts = probe(bunny(), bounds=bounds)
    assert (facts.container, facts.size_bytes, facts.faststart) == (Container.MP4, 1_055_736, False)
    assert facts.duration_seconds == pytest.approx(5.312)
    assert facts.video is not None
    assert (facts.video.codec, facts.video.profile, facts.video.pixel_format) == ("h264", "Main", "yuv420p")
    assert (facts.video.width, facts.video.height, facts.video.frames) == (1280, 720, 132)
    assert (facts.video.frame_rate, facts.video.variable_frame_rate) == (Fraction(25), False)
    assert facts.audio is not None
    assert (facts.audio.codec, facts.audio.sample_rate, facts.audio.layout) == ("aac", 48_000, "5.1")


def test_a_name_that_could_be_an_option_or_an_address(samples: Samples, tmp_path: Path, bounds: Bounds) -> None:
    for name in ("-version.mp4", "http:a.mp4", "a%03d.mp4", "it's [one]; two.mp4"):
        path = tmp_path / name
        path.write_bytes(samples["small"].read_bytes())
        assert probe(path, bounds=bounds).container is Container.MP4


def test_nothing_arrived(tmp_path: Path, bounds: Bounds) -> None:
    path = tmp_path / "clip.mp4"
    path.touch()
    assert refusal(path, bounds) == "empty_file"


def test_text(tmp_path: Path, bounds: Bounds) -> None:
    path = tmp_path / "clip.mp4"
    path.write_text("Not a video.\n" * 100)
    assert refusal(path, bounds) == "not_a_video"


def test_bytes_that_are_nothing(tmp_path: Path, bounds: Bounds) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(bytes(range(256)) * 100)
    assert refusal(path, bounds) == "not_a_video"


def test_a_recording_without_its_end(tmp_path: Path, bounds: Bounds) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(bunny().read_bytes()[:500_000])  # the index of this clip stands behind its media
    assert refusal(path, bounds) == "incomplete"


def test_a_container_with_nothing_in_it(samples: Samples, tmp_path: Path, bounds: Bounds) -> None:
    path = tmp_path / "clip.mkv"
    path.write_bytes(samples["matroska"].read_bytes()[:40] + bytes(1000))
    assert refusal(path, bounds) == "unreadable"


def test_more_streams_than_a_camera_writes(tmp_path: Path, bounds: Bounds) -> None:
    path = tmp_path / "clip.avi"
    maps = ["-map", "0"] * 70
    ffmpeg("-f", "lavfi", "-i", "color=size=32x32:duration=0.1", *maps, "-c:v", "mpeg4", str(path))
    assert refusal(path, bounds) == "too_many_streams"


@pytest.fixture
def canary(samples: Samples, tmp_path: Path) -> Path:
    """A video that only a playlist leads to."""
    path = tmp_path / "canary.mp4"
    path.write_bytes(samples["small"].read_bytes())
    return path


def test_a_playlist_opens_no_other_file(canary: Path, tmp_path: Path, bounds: Bounds) -> None:
    trap = tmp_path / "clip.mp4"
    trap.write_text(f"ffconcat version 1.0\nfile {canary.name}\n")
    opened = subprocess.run([executable(), "-v", "error", "-i", f"file:{trap}", "-f", "null", "-"], check=False)
    assert opened.returncode == 0, "the trap does not work: an unguarded ffmpeg should have played the canary"
    assert refusal(trap, bounds) == "playlist"


@pytest.mark.parametrize("disguise", [b"", b"\0\0\0\0"], ids=["plain", "unknown to the sniffer"])
def test_a_playlist_opens_no_socket(tmp_path: Path, bounds: Bounds, disguise: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as canary:
        canary.setblocking(False)
        address = f"http://127.0.0.1:{canary.getsockname()[1]}/"
        trap = tmp_path / "clip.mp4"
        trap.write_bytes(f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{address}a.ts\n".encode() + disguise)
        assert refusal(trap, bounds) in {"playlist", "not_a_video"}
        with pytest.raises(BlockingIOError):
            canary.accept()


def test_an_answer_that_makes_no_sense_is_not_believed(
    samples: Samples, bounds: Bounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probing, "PROBE", ["echo", '{"facts": {"format_name": "mp4"}}'])
    with pytest.raises(MediaToolFailed, match="makes no sense"):
        probe(samples["small"], bounds=bounds)


def test_a_probe_that_breaks_may_be_tried_again(
    samples: Samples, bounds: Bounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probing, "PROBE", ["sh", "-c", "echo broken >&2; exit 1"])
    with pytest.raises(MediaToolFailed, match="broken"):
        probe(samples["small"], bounds=bounds)


def test_probing_keeps_to_its_bounds(samples: Samples) -> None:
    with pytest.raises(MediaRefused) as refused:
        probe(samples["small"], bounds=Bounds(wall_seconds=0.001))
    assert refused.value.reason.code == "too_slow"

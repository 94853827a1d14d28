import json
import sys
from pathlib import Path

import pytest

from video_pipeline.media import decode_child
from video_pipeline.media.decode_child import Contents, decode, report
from video_pipeline_tests.samples import Samples, ffmpeg


def test_everything_in_a_file_is_counted(samples: Samples) -> None:
    contents = decode(samples["phone"])
    assert contents.frames == 50
    assert contents.video_seconds == pytest.approx(2)
    assert contents.audio_seconds == pytest.approx(2, abs=0.05)
    assert contents.error is None


def test_flac_is_one_of_ours(tmp_path: Path) -> None:
    path = tmp_path / "sound.flac"
    ffmpeg("-f", "lavfi", "-i", "sine=duration=1", str(path))
    assert decode(path).audio_seconds == pytest.approx(1)
    assert report(path)["facts"]


def test_the_first_error_ends_it(samples: Samples, tmp_path: Path) -> None:
    content = bytearray(samples["fast"].read_bytes())
    middle = (content.index(b"mdat") + len(content)) // 2
    content[middle : middle + 20_000] = bytes(20_000)
    path = tmp_path / "damaged.mp4"
    path.write_bytes(content)
    contents = decode(path)
    assert contents.error == "Invalid data found when processing input"
    assert 0 < contents.frames < 25


def test_what_does_not_open_has_no_facts(tmp_path: Path) -> None:
    path = tmp_path / "nothing.mp4"
    path.write_bytes(b"\0" * 100)
    told = report(path)
    assert "facts" not in told
    assert told["contents"] == {
        "frames": 0,
        "video_seconds": 0.0,
        "audio_seconds": 0.0,
        "error": "Invalid data found when processing input",
    }


def test_other_frames_do_not_count() -> None:
    contents = Contents()
    contents.add("a subtitle")
    assert contents == Contents()


def test_one_answer_for_all_files(
    samples: Samples, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["decode_child", str(samples["small"]), str(samples["blink"])])
    decode_child.main()
    told = json.loads(capsys.readouterr().out)
    assert [one["contents"]["frames"] for one in told] == [25, 5]

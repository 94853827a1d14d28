from dataclasses import replace
from pathlib import Path

import pytest

from video_pipeline.media import evidence, process
from video_pipeline.media.complaints import Complaints
from video_pipeline.media.probe_child import facts_of
from video_pipeline.media.process import Bounds
from video_pipeline.media.timetable import read
from video_pipeline_tests.samples import Samples


def listing(source: Path, folder: Path, bounds: Bounds, *, heard: bool = True, max_seconds: float = 60) -> Complaints:
    command = evidence.listing(source, facts_of(source), heard=heard, max_seconds=max_seconds)
    said = Complaints()
    assert process.run(command, bounds=bounds, reads=[source], cwd=folder, on_stderr=said.feed).exit_code == 0
    return said


def test_packets_and_sound_are_listed(samples: Samples, tmp_path: Path, bounds: Bounds) -> None:
    said = listing(samples["phone"], tmp_path, bounds)
    packets, heard = read(tmp_path / evidence.PACKETS), read(tmp_path / evidence.SOUND)
    assert packets[0].starts.tolist() == pytest.approx([frame / 25 for frame in range(50)])
    assert packets[1].end(0) == pytest.approx(2, abs=0.03)
    assert heard[0].end(0) == pytest.approx(2, abs=0.03)
    assert said.packets == len(packets[0]) + len(packets[1])


def test_no_picture_is_decoded_for_it(samples: Samples, tmp_path: Path, bounds: Bounds) -> None:
    assert listing(samples["phone"], tmp_path, bounds).frames[0] == 0


def test_sound_that_nobody_asked_for_is_not_decoded(samples: Samples, tmp_path: Path, bounds: Bounds) -> None:
    listing(samples["phone"], tmp_path, bounds, heard=False)
    assert {path.name for path in tmp_path.iterdir()} == {evidence.PACKETS}


def test_a_silent_video_has_one_list(samples: Samples, tmp_path: Path, bounds: Bounds) -> None:
    listing(samples["silent"], tmp_path, bounds)
    assert set(read(tmp_path / evidence.PACKETS)) == {0}


def test_nothing_is_listed_beyond_what_is_accepted(samples: Samples, tmp_path: Path, bounds: Bounds) -> None:
    listing(samples["phone"], tmp_path, bounds, max_seconds=0.2)
    assert read(tmp_path / evidence.PACKETS)[0].end(0) == pytest.approx(0.2 + evidence.BEYOND_SECONDS, abs=0.1)


def test_lists_are_removed_and_nothing_else(tmp_path: Path) -> None:
    for name in (evidence.FRAMES, evidence.PACKETS, "proxy.mp4"):
        (tmp_path / name).touch()
    evidence.remove(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["proxy.mp4"]


def test_no_leap_is_longer_than_the_file_says_it_is(samples: Samples) -> None:
    facts = replace(facts_of(samples["phone"]), duration_seconds=100.5)
    assert evidence.carry_on(facts)[-2:] == ("-dts_error_threshold", "161")

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from video_pipeline.errors import MediaRefused
from video_pipeline.media.beginning import Look, decodes
from video_pipeline.media.probe_child import facts_of
from video_pipeline.media.process import Bounds
from video_pipeline_tests.samples import Samples
from video_pipeline_tests.samples.damaged import enciphered, first_frame_spoilt, media_zeroed, zeroed


@pytest.mark.parametrize("sample", ["phone", "webm", "avi", "ten_bit", "interlaced", "blink", "late"])
def test_what_plays_is_taken(samples: Samples, sample: str, bounds: Bounds) -> None:
    decodes(samples[sample], facts_of(samples[sample]), bounds=bounds)


@pytest.mark.parametrize("damage", [first_frame_spoilt, zeroed(0.1, 0.3)])
def test_a_broken_beginning_is_judged_with_the_rest(
    samples: Samples, tmp_path: Path, bounds: Bounds, damage: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(damage(samples["whole_mp4"].read_bytes()))
    decodes(path, facts_of(path), bounds=bounds)


def test_a_recording_may_begin_in_the_middle_of_a_group(samples: Samples, tmp_path: Path, bounds: Bounds) -> None:
    content = samples["whole_ts"].read_bytes()
    path = tmp_path / "clip.ts"
    path.write_bytes(content[188 * (len(content) // 188 * 2 // 5) :])
    decodes(path, facts_of(path), bounds=bounds)


@pytest.mark.parametrize("damage", [enciphered, media_zeroed])
def test_what_nobody_could_look_at_is_refused(
    samples: Samples, tmp_path: Path, bounds: Bounds, damage: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(damage(samples["whole_mp4"].read_bytes()))
    with pytest.raises(MediaRefused) as refusal:
        decodes(path, facts_of(path), bounds=bounds)
    assert refusal.value.reason.code == "undecodable"


def test_without_a_picture_there_is_nothing_to_decode(samples: Samples, bounds: Bounds) -> None:
    with pytest.raises(MediaRefused) as refusal:
        decodes(samples["sound"], replace(facts_of(samples["phone"]), video=None), bounds=bounds)
    assert refusal.value.reason.code == "no_video"


@pytest.mark.parametrize(
    ("look", "codec", "hopeless"),
    [
        (Look(frames=0, patched=0, errors=9), "h264", True),
        (Look(frames=60, patched=30, errors=60), "h264", False),
        (Look(frames=60, patched=31, errors=0), "h264", True),
        (Look(frames=60, patched=0, errors=6), "hevc", False),
        (Look(frames=60, patched=0, errors=7), "hevc", True),
    ],
)
def test_errors_weigh_where_the_decoder_does_not_say_what_it_patches(look: Look, codec: str, hopeless: bool) -> None:
    assert look.is_hopeless(codec) is hopeless


def test_a_look_is_sound_where_frames_come_and_nothing_is_wrong() -> None:
    assert Look(frames=10, patched=0, errors=0).is_sound
    assert not any(look.is_sound for look in (Look(0, 0, 0), Look(10, 1, 0), Look(10, 0, 1)))

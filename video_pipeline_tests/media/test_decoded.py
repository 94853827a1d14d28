from pathlib import Path

import pytest

from video_pipeline.media import evidence
from video_pipeline.media.complaints import Complaints
from video_pipeline.media.decoded import Decoded, decoded, listed
from video_pipeline.media.probe_child import facts_of
from video_pipeline.media.timetable import Span
from video_pipeline.types import MediaFacts
from video_pipeline_tests.samples import Samples

BEGINNING = b"[in#0/mov,mp4 @ 0x1] [verbose]   "
PICTURE = (
    BEGINNING + b"Input stream #0:0 (video): 132 packets read (795933 bytes); 130 frames decoded; 2 decode errors;\n"
)
SOUND = (
    BEGINNING + b"Input stream #0:1 (audio): 9 packets read (9 bytes); 8 frames decoded; 1 decode errors (8 samples);\n"
)
MUTE = (
    BEGINNING + b"Input stream #0:1 (audio): 9 packets read (9 bytes); 0 frames decoded; 9 decode errors (0 samples);\n"
)


@pytest.fixture(scope="module")
def facts(samples: Samples) -> MediaFacts:
    return facts_of(samples["phone"])


def said(*lines: bytes) -> Complaints:
    complaints = Complaints()
    complaints.feed(b"".join(lines))
    return complaints


def written(folder: Path, name: str, *starts: int, stream: int = 0) -> None:
    """A list whose ticks are hundredths of a second and where everything lasts for four of them."""
    rows = "".join(f"{stream}, {start}, {start}, 4, 99, 0xb3ec12d0\n" for start in starts)
    (folder / name).write_text(f"#tb 0: 1/100\n#tb 1: 1/100\n{rows}")


def test_frames_and_seconds_are_those_of_the_clock(tmp_path: Path, facts: MediaFacts) -> None:
    written(tmp_path, evidence.FRAMES, 0, 4, 8)
    found = decoded(tmp_path, said(PICTURE, SOUND), facts)
    assert (found.frames, found.mute, found.step_back) == (3, False, None)
    assert found.seconds == pytest.approx(0.12)
    assert found.frame_seconds == pytest.approx(0.04)


def test_a_last_frame_may_stay(tmp_path: Path, facts: MediaFacts) -> None:
    (tmp_path / evidence.FRAMES).write_text("#tb 0: 1/100\n0, 0, 0, 4, 9, 0x1\n0, 4, 4, 800, 9, 0x1\n")
    found = decoded(tmp_path, said(), facts)
    assert found.seconds == pytest.approx(8.04)
    assert found.frame_seconds == pytest.approx(0.04)


def test_errors_are_told_by_stream_and_in_all(tmp_path: Path, facts: MediaFacts) -> None:
    found = decoded(tmp_path, said(PICTURE, SOUND), facts)
    assert (found.picture.errors, found.sound.errors, found.errors) == (2, 1, 3)


def test_complaints_are_passed_on(tmp_path: Path, facts: MediaFacts) -> None:
    broken = b"[in#0/mov,mp4 @ 0x1] [error] broken\n", b"[h264 @ 0x2] [info] concealing 1 DC, 1 AC, 1 MV errors\n"
    found = decoded(tmp_path, said(*broken), facts)
    assert (found.complaints, found.patched) == (1, 1)


def test_a_sound_of_which_nothing_comes_is_mute(tmp_path: Path, facts: MediaFacts) -> None:
    assert decoded(tmp_path, said(PICTURE, MUTE), facts).mute


def test_the_furthest_step_back_counts(tmp_path: Path, facts: MediaFacts) -> None:
    (tmp_path / evidence.ORDER).write_text("".join(f"{tick},1/100\n" for tick in (0, 400, 399, 700, 200, 300)))
    assert decoded(tmp_path, said(), facts).step_back == Span(2, 7)


def test_one_frame_lasts_as_long_as_the_rate_says(tmp_path: Path, facts: MediaFacts) -> None:
    (tmp_path / evidence.FRAMES).write_text("#tb 0: 1/100\n0, 0, 0, 0, 99, 0xb3ec12d0\n")
    assert decoded(tmp_path, said(), facts).seconds == pytest.approx(0.04)


def test_no_frame_at_all(tmp_path: Path, facts: MediaFacts) -> None:
    (tmp_path / evidence.FRAMES).write_text("#tb 0: 1/100\n")
    found = decoded(tmp_path, said(PICTURE), facts)
    assert (found.frames, found.seconds) == (0, None)


def test_a_picture_that_was_not_decoded(tmp_path: Path, facts: MediaFacts) -> None:
    assert decoded(tmp_path, said(SOUND), facts).seconds is None


def test_a_listing_adds_packets_and_when_sound_is_heard(tmp_path: Path, facts: MediaFacts) -> None:
    written(tmp_path, evidence.PACKETS, 0, 4, 8, stream=1)
    written(tmp_path, evidence.SOUND, 0, 4)
    found = listed(Decoded(frames=3), tmp_path, said(), facts)
    assert found.frames == 3
    assert (len(found.picture.packets), len(found.sound.packets), len(found.sound.frames)) == (0, 3, 2)


def test_bytes_of_which_no_packet_came_are_unread(tmp_path: Path, facts: MediaFacts) -> None:
    half = facts.size_bytes // 2
    total = b"[in#0/mov,mp4 @ 0x1] [verbose]   Total: 0 packets (%d bytes) demuxed\n" % half
    assert listed(Decoded(), tmp_path, said(total), facts).unread_share == pytest.approx(0.5, abs=0.01)


def test_what_a_container_spends_on_packets_is_not_unread(tmp_path: Path, facts: MediaFacts) -> None:
    total = b"[in#0/mov,mp4 @ 0x1] [verbose]   Total: %d packets (0 bytes) demuxed\n" % facts.size_bytes
    assert listed(Decoded(), tmp_path, said(total), facts).unread_share == 0

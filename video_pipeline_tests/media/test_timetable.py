from pathlib import Path

import pytest

from video_pipeline.media.timetable import EMPTY, Span, joined, read, read_order, told

LIST = """\
#software: Lavf63.1.102
#tb 0: 1/1000
#media_type 0: video
#tb 1: 1/48000
#media_type 1: audio
0,          0,         40,       40,      424, 0x18b51516
1,          0,          0,     1024,      168, 0xcfc1513d, S=1, 10
0,         40,          0,       40,      424, 0xb3ec12d0, F=0x0
0,         80,         80,        0,      424, 0xb3ec12d0, F=0x0
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "list.txt"


def test_a_list_is_told_by_stream_in_order_of_time(path: Path) -> None:
    path.write_text(LIST)
    found = read(path)
    assert found[0].starts.tolist() == pytest.approx([0, 0.04, 0.08])
    assert found[0].lengths.tolist() == pytest.approx([0.04, 0.04, 0])
    assert found[1].lengths.tolist() == pytest.approx([1024 / 48_000])


def test_what_has_no_time_of_its_own_is_shown_when_it_is_decoded(path: Path) -> None:
    path.write_text(f"#tb 0: 1/25\n0, 3, {-(2**63)}, 1, 9, 0x0\n0, {-(2**63)}, {-(2**63)}, 1, 9, 0x0\n")
    assert read(path)[0].starts.tolist() == pytest.approx([0.12])


def test_a_list_of_nothing_is_empty(path: Path) -> None:
    assert read(path) == {}
    path.write_text("#tb 0: 1/25\n")
    assert len(read(path)[0]) == 0


def test_the_last_one_ends_when_it_says_or_after_the_usual_time(path: Path) -> None:
    path.write_text(LIST)
    found = read(path)
    assert found[0].usual == pytest.approx(0.04)
    assert found[0].end(0.04) == pytest.approx(0.12)
    assert found[1].end(1.0) == pytest.approx(1024 / 48_000)
    assert (EMPTY.usual, EMPTY.end(1.0)) == (0, 0)


def test_the_order_is_the_one_in_which_frames_came(path: Path) -> None:
    path.write_text("0,1/25\n50,1/25\n25,1/25\n")
    assert read_order(path).tolist() == [0, 2, 1]


def test_without_frames_there_is_no_order(path: Path) -> None:
    assert len(read_order(path)) == 0
    path.write_text("")
    assert len(read_order(path)) == 0


def test_spans_that_touch_are_one() -> None:
    spans = [Span(3, 4), Span(0, 1), Span(0.5, 2), Span(2, 2.5)]
    assert joined(spans) == (Span(0, 2.5), Span(3, 4))
    assert joined(spans, apart=0.5) == (Span(0, 4),)


def test_a_span_knows_how_long_it_is() -> None:
    assert Span(1.5, 4).seconds == 2.5


def test_spans_are_told_in_whole_seconds_that_hold_them() -> None:
    assert told([Span(12.3, 16.1)]) == "from 0:00:12 to 0:00:17"


def test_spans_within_a_second_of_each_other_are_told_as_one() -> None:
    assert told([Span(1, 2), Span(2.9, 4), Span(8, 9)]) == "from 0:00:01 to 0:00:04 and from 0:00:08 to 0:00:09"


def test_more_than_three_spans_are_counted() -> None:
    spans = [Span(start, start + 1) for start in range(0, 50, 10)]
    assert told(spans) == ("from 0:00:00 to 0:00:01, from 0:00:10 to 0:00:11, from 0:00:20 to 0:00:21 and 2 times more")

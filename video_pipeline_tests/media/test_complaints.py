import pytest

from video_pipeline.media.complaints import LONGEST_LINE_BYTES, Complaints

# As ffmpeg prints it.
SAID = b"""\
[in#0/mov,mp4,m4a,3gp,3g2,mj2 @ 0x1] [verbose] Starting thread...
[h264 @ 0x2] [info] concealing 174 DC, 174 AC, 174 MV errors in B frame
[vist#0:0/h264 @ 0x3] [dec:h264 @ 0x4] [warning] corrupt decoded frame
[vist#0:0/h264 @ 0x3] [dec:h264 @ 0x4] [warning] corrupt decoded frame
[in#0/mov,mp4,m4a,3gp,3g2,mj2 @ 0x1] [error] stream 1, offset 0x399: partial file
[in#0/mov,mp4,m4a,3gp,3g2,mj2 @ 0x1] [verbose] Input file #0 (file:x):
[in#0/mov,mp4,m4a,3gp,3g2,mj2 @ 0x1] [verbose]   Input stream #0:0 (video): 132 packets read (795933 bytes); 130 frames decoded; 2 decode errors;
[in#0/mov,mp4,m4a,3gp,3g2,mj2 @ 0x1] [verbose]   Input stream #0:1 (audio): 249 packets read (255 bytes); 248 frames decoded; 1 decode errors (253952 samples);
[in#0/mov,mp4,m4a,3gp,3g2,mj2 @ 0x1] [verbose]   Total: 381 packets (796188 bytes) demuxed
"""  # noqa: E501 - as ffmpeg prints it


def heard(*chunks: bytes) -> Complaints:
    complaints = Complaints()
    for chunk in chunks:
        complaints.feed(chunk)
    return complaints


@pytest.mark.parametrize("size", [1, 7, 100, len(SAID)])
def test_lines_count_however_they_are_cut_into_chunks(size: int) -> None:
    found = heard(*(SAID[start : start + size] for start in range(0, len(SAID), size)))
    assert (found.patched, found.container) == (1, 1)
    assert (found.errors, found.frames) == ({0: 2, 1: 1}, {0: 130, 1: 248})
    assert (found.packets, found.packet_bytes) == (381, 796_188)


def test_flags_count_where_the_decoder_conceals_nothing() -> None:
    flagged = b"[vist#0:0/prores @ 0x3] [dec:prores @ 0x4] [warning] corrupt decoded frame\n"
    assert heard(flagged * 7).patched == 7


def test_nothing_said_is_nothing_wrong() -> None:
    found = Complaints()
    assert (found.patched, found.container, found.errors[0], found.packets) == (0, 0, 0, 0)


def test_a_title_cannot_fake_a_line() -> None:
    title = b"[info]     title           : " + SAID.replace(b"\n", b"\n[info]                     : ")
    found = heard(title)
    assert (found.patched, found.container, found.errors, found.packets) == (0, 0, {}, 0)


def test_a_flood_without_an_end_of_line_takes_no_memory() -> None:
    found = heard(*[b"x" * 10_000] * 100, b"\n", SAID)
    assert len(vars(found)["_rest"]) <= LONGEST_LINE_BYTES
    assert found.container == 1

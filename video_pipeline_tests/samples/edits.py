"""Changes to the bytes of MP4 files, for what cameras and editing programs write and ffmpeg has no words for."""

from __future__ import annotations

import struct

from video_pipeline_tests.samples.crafted import box, u32

DOWN_TO_THE_PICTURE = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd", b"avc1")


def clipped(content: bytes) -> bytes:
    """With a clean aperture of 280 × 160 around the middle of the first track (ISO/IEC 14496-12, 12.1.4)."""
    return _inserted(content, box("clap", u32(280, 1, 160, 1, 0, 1, 0, 1)))


def telemetry(content: bytes) -> bytes:
    """With the subtitles passed off as what GoPro calls metadata: a handler `meta` and samples `gpmd`."""
    return content.replace(b"sbtl", b"meta").replace(b"tx3g", b"gpmd")


def _inserted(content: bytes, new: bytes) -> bytes:
    """With a box put behind the decoder's in the first picture's description; all boxes around it grow."""
    changed = bytearray(content)
    start = content.index(b"moov")  # stands at the end: no offset of a sample changes
    for kind in DOWN_TO_THE_PICTURE:
        at = content.index(kind, start) - 4
        changed[at : at + 4] = u32(struct.unpack_from(">I", content, at)[0] + len(new))
    place = content.index(b"avcC", start) - 4
    place += struct.unpack_from(">I", content, place)[0]
    return bytes(changed[:place] + new + changed[place:])

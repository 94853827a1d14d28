"""What happens to files on their way, done to good ones, the same way every time; and files that need a key."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Literal

import av

from video_pipeline_tests.samples.making import AAC, VP9, Sample, picture, sine

PARTS = 4  # as a file of four parts is uploaded; S3's are 5 MiB at least, these are as small as the files

_H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "25", "-bf", "2")
_FILMED = (*picture("320x180", 8), *sine(8))
_CLUSTERS = ("-cluster_time_limit", "1000")  # a second each, as a film of hours has more than one in every part

WHOLE: Mapping[str, Sample] = MappingProxyType(
    {
        "whole_mp4": Sample(
            "mp4",
            "eight seconds with a keyframe in each, so that there is something left on both sides of every damage",
            (*_FILMED, *_H264, *AAC, "-movflags", "+faststart"),
        ),
        "whole_fragmented": Sample(
            "mp4",
            "an index for every second, as recorders write who expect to be interrupted",
            ("-c", "copy", "-movflags", "+frag_keyframe+empty_moov+default_base_moof"),
            "whole_mp4",
        ),
        "whole_mkv": Sample("mkv", "clusters that name their times", ("-c", "copy", *_CLUSTERS), "whole_mp4"),
        "whole_webm": Sample(
            "webm",
            "VP9, whose decoder takes any bits for a picture",
            (*_FILMED, *VP9, "-g", "25", "-c:a", "libopus", *_CLUSTERS),
        ),
        "whole_avi": Sample(
            "avi",
            "frames without timestamps: what is lost makes the rest come earlier",
            (*_FILMED, "-c:v", "mpeg4", "-q:v", "5", "-g", "25", "-c:a", "libmp3lame"),
        ),
        "whole_ts": Sample(
            "ts", "packets of 188 bytes, among which recorders begin anywhere", ("-c", "copy"), "whole_mp4"
        ),
        "silent_mkv": Sample(
            "mkv",
            "no sound by which a hole could be told from a rest",
            ("-c", "copy", "-an", *_CLUSTERS),
            "whole_mp4",
        ),
        "resting_mkv": Sample(
            "mkv",
            "a screen recording that rests for five seconds while the sound goes on: nothing is wrong with it",
            (*_FILMED, "-vf", "select='lt(t,1.5)+gt(t,6.5)'", "-fps_mode", "vfr", *_H264, *AAC, *_CLUSTERS),
        ),
    }
)


def truncated(share: float) -> Callable[[bytes], bytes]:
    """The upload, or the recording, broke off."""
    return lambda content: content[: round(len(content) * share)]


def zeroed(first: float, last: float) -> Callable[[bytes], bytes]:
    """What lies between two shares of the file never arrived, and zeros stand for it."""

    def damage(content: bytes) -> bytes:
        begin, end = round(len(content) * first), round(len(content) * last)
        return content[:begin] + bytes(end - begin) + content[end:]

    return damage


def media_zeroed(content: bytes) -> bytes:
    """An MP4 of which the index arrived and nothing else."""
    media = content.index(b"mdat") + 4
    return content[:media] + bytes(len(content) - media)


def without(first: float, last: float) -> Callable[[bytes], bytes]:
    """What lies between two shares of the file was left out."""
    return lambda content: content[: round(len(content) * first)] + content[round(len(content) * last) :]


def rearranged(*numbers: int) -> Callable[[bytes], bytes]:
    """Its parts, numbered from 0, put together by a list that has them wrong."""

    def damage(content: bytes) -> bytes:
        ends = [len(content) * number // PARTS for number in range(PARTS + 1)]
        return b"".join(content[ends[number] : ends[number + 1]] for number in numbers)

    return damage


def flipped(bits: int) -> Callable[[bytes], bytes]:
    """Single bits fell over, as they do on old cards; anywhere between the header and the last moment."""

    def damage(content: bytes) -> bytes:
        spoilt, first, room = bytearray(content), len(content) // 10, len(content) * 17 // 20
        chances = _noise(8 * bits)
        for number in range(bits):
            chance = int.from_bytes(chances[8 * number : 8 * number + 8], "big")
            spoilt[first + chance // 8 % room] ^= 1 << chance % 8
        return bytes(spoilt)

    return damage


def _noise(size: int) -> bytes:
    """Bytes without a pattern, always the same."""
    return hashlib.shake_128(b"noise").digest(size)


# What happens to an upload, by name.
DAMAGES: Mapping[str, Callable[[bytes], bytes]] = MappingProxyType(
    {
        "cut_at_30": truncated(0.3),
        "cut_at_60": truncated(0.6),
        "cut_at_90": truncated(0.9),
        "little_zeroed": zeroed(0.52, 0.56),
        "part_zeroed": zeroed(0.25, 0.5),
        "parts_swapped": rearranged(0, 2, 1, 3),
        "part_twice": rearranged(0, 1, 1, 2, 3),
        "forty_percent_missing": without(0.3, 0.7),
        "bits_flipped": flipped(20),
    }
)


def sound_spoilt(share: float) -> Callable[[bytes], bytes]:
    """The first packets of the sound are noise, up to a share of them."""

    def damage(content: bytes) -> bytes:
        packets = list(_packets(content, "audio"))
        spoilt = bytearray(content)
        for begin, size in packets[: round(len(packets) * share)]:
            spoilt[begin : begin + size] = _noise(size)
        return bytes(spoilt)

    return damage


def first_frame_spoilt(content: bytes) -> bytes:
    """The middle of the first frame is noise."""
    begin, size = next(_packets(content, "video"))
    noise = _noise(size // 4)
    return content[: begin + size // 2] + noise + content[begin + size // 2 + len(noise) :]


def enciphered(content: bytes) -> bytes:
    """Every slice of an H.264 or HEVC MP4 is ciphertext behind 32 clear bytes, as in SAMPLE-AES; nothing else tells."""
    secret = bytearray(content)
    for begin, size in _packets(content, "video"):
        unit = begin
        while unit + 4 < begin + size:
            length = int.from_bytes(content[unit : unit + 4], "big")
            clear = unit + 4 + 32
            secret[clear : unit + 4 + length] = _noise(max(0, unit + 4 + length - clear))
            unit += 4 + length
    return bytes(secret)


def _packets(content: bytes, kind: Literal["video", "audio"]) -> Iterator[tuple[int, int]]:
    """Where the packets of a stream lie in a file, and how many bytes they have."""
    with av.open(io.BytesIO(content), "r") as opened:
        stream = opened.streams.video[0] if kind == "video" else opened.streams.audio[0]
        for packet in opened.demux(stream):
            if packet.pos is not None and packet.size:
                yield packet.pos, packet.size


_ROOM = "x" * 80  # a title that is as long as what takes its place


def _element(number: str, content: bytes) -> bytes:
    """An element of Matroska (RFC 8794), its size in one byte."""
    return bytes.fromhex(number) + bytes([0x80 | len(content)]) + content


def keyed(content: bytes) -> bytes:
    """A Matroska track that says it is encrypted (RFC 9559, 5.1.4.1.31) where its title was."""
    title = _element("536E", _ROOM.encode())
    encryption = _element("5035", _element("47E1", b"\x05") + _element("47E2", bytes(range(16))))
    encoding = _element("6240", _element("5033", b"\x01") + encryption)
    encodings = _element("6D80", encoding)
    return content.replace(title, encodings + _element("EC", bytes(len(title) - len(encodings) - 2)))


_CENC = ("-encryption_scheme", "cenc-aes-ctr", "-encryption_key", "0" * 32, "-encryption_kid", "1" * 32)

ENCRYPTED: Mapping[str, Sample] = MappingProxyType(
    {
        "encrypted_mp4": Sample(
            "mp4",
            "Common Encryption (ISO/IEC 23001-7), as streaming services use it: sample entries encv and enca",
            ("-c", "copy", *_CENC),
            "whole_mp4",
        ),
        "encrypted_mkv": Sample(
            "mkv",
            "the same of Matroska: ContentEncodings with a key in the track; checksums would not fit any more",
            ("-c", "copy", "-metadata:s:v", f"title={_ROOM}", "-write_crc32", "0"),
            "whole_mp4",
            edit=keyed,
        ),
    }
)

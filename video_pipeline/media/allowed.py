"""What may open and decode a stranger's file: allow-lists for ffmpeg, and for PyAV with an FFmpeg of its own."""

from __future__ import annotations

from collections.abc import Iterable

# A playlist named clip.mp4 reads files of the worker, even under a protocol allow-list: only naming the demuxers that
# may open a file stops HLS, DASH, ffconcat, SDP and IMF (CVE-2016-1897, CVE-2017-9993, CVE-2026-107695).
DEMUXERS = ("mov", "matroska", "avi")

# Nothing but the file itself, and pipes for what ffmpeg reports.
PROTOCOLS = ("file", "pipe")

# Recent holes sit in decoders that nobody's camera writes (MagicYUV: CVE-2026-8461, CSCD: CVE-2026-125184). This is
# what phones, cameras, screen recorders and editing programs put into the five containers, by the decoders' names.
VIDEO_DECODERS = frozenset(
    {"h264", "hevc", "vp8", "vp9", "av1", "libdav1d", "mpeg4", "msmpeg4", "msmpeg4v2", "mpeg1video", "mpeg2video"}
    | {"h263", "mjpeg", "prores", "dnxhd", "dvvideo", "ffv1", "theora", "wmv3", "vc1"}
)
AUDIO_DECODERS = frozenset(
    {"aac", "mp3", "mp3float", "mp2", "mp2float", "ac3", "eac3", "opus", "libopus", "vorbis", "flac", "alac", "dca"}
    | {"amrnb", "amrwb", "adpcm_ms", "adpcm_ima_wav", "adpcm_ima_qt", "pcm_alaw", "pcm_mulaw", "pcm_u8"}
    | {"pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_s32be", "pcm_f32le", "pcm_f32be"}
)

# The same by the names of the codecs: decoders of AV1 and of Microsoft's MPEG-4 are called otherwise.
VIDEO_CODECS = (VIDEO_DECODERS - {"libdav1d", "msmpeg4"}) | {"msmpeg4v3"}

# Files of 200 streams cost memory before anything is decoded; a camera writes six at most.
MAX_STREAMS = 64


def demuxer_options(demuxers: Iterable[str] = DEMUXERS) -> dict[str, str]:
    """The options that FFmpeg's library takes to open a stranger's file, whoever calls it."""
    return {
        "format_whitelist": ",".join(demuxers),
        "codec_whitelist": ",".join(sorted(VIDEO_DECODERS | AUDIO_DECODERS)),
        "protocol_whitelist": ",".join(PROTOCOLS),
        "max_streams": str(MAX_STREAMS),
    }

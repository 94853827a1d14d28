"""What may open and decode a stranger's file: allow-lists for ffmpeg, and for PyAV with an FFmpeg of its own."""

from __future__ import annotations

from collections.abc import Mapping

from video_pipeline.types import Container

# A playlist named clip.mp4 reads files of the worker, even under a protocol allow-list: only naming the demuxer that
# may open a file stops HLS, DASH, ffconcat, SDP and IMF (CVE-2016-1897, CVE-2017-9993, CVE-2026-107695). It is the one
# that belongs to the container that the file's first bytes show, so that FFmpeg need not guess among its 350.
DEMUXERS: Mapping[Container, str] = {
    Container.MP4: "mov",
    Container.MOV: "mov",
    Container.MKV: "matroska",
    Container.WEBM: "matroska",
    Container.AVI: "avi",
    Container.MPEG_TS: "mpegts",
    Container.MPEG_PS: "mpeg",
    Container.FLV: "flv",
    Container.OGG: "ogg",
    Container.ASF: "asf",
    Container.MXF: "mxf",
}

# Nothing but the file itself, and pipes for what ffmpeg reports.
PROTOCOLS = ("file", "pipe")

# Recent holes sit in decoders that nobody's camera writes (MagicYUV: CVE-2026-8461, CSCD: CVE-2026-125184). These are
# what phones, cameras, screen recorders and editing programs use, by the decoders' names.
VIDEO_DECODERS = frozenset(
    {"h264", "hevc", "vp8", "vp9", "av1", "libdav1d", "mpeg4", "msmpeg4", "msmpeg4v2", "mpeg1video", "mpeg2video"}
    | {"h263", "mjpeg", "prores", "dnxhd", "dvvideo", "ffv1", "theora"}
    | {"wmv1", "wmv2", "wmv3", "vc1"}  # Windows Media, 7 to 9 and after
    | {"flv", "vp6f"}  # Flash before H.264: Sorenson's H.263, and On2's VP6
)
AUDIO_DECODERS = frozenset(
    {"aac", "mp3", "mp3float", "mp2", "mp2float", "ac3", "eac3", "opus", "libopus", "vorbis", "flac", "alac", "dca"}
    | {"amrnb", "amrwb", "adpcm_ms", "adpcm_ima_wav", "adpcm_ima_qt", "pcm_alaw", "pcm_mulaw", "pcm_u8"}
    | {"pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_s32be", "pcm_f32le", "pcm_f32be"}
    | {"aac_latm", "pcm_bluray", "pcm_dvd"}  # in MPEG streams: television, AVCHD camcorders, DVD recorders
    | {"wmav1", "wmav2", "wmapro"}  # Windows Media
    | {"nellymoser"}  # what Flash recorded from microphones
)

# Left out on purpose, though they are found in these containers now and then: JPEG 2000 (cinema packages and archives:
# a large decoder with a long list of holes), Dirac, Snow, Flash Screen Video, Windows Media Screen and Image, WMA
# Lossless and Voice, Speex. A picture in one of them is refused by name, a sound is left out with a warning.

# The same by the names of the codecs: some decoders are called otherwise than what they decode.
VIDEO_CODECS = (VIDEO_DECODERS - {"libdav1d", "msmpeg4", "flv"}) | {"msmpeg4v3", "flv1"}

# Files of 200 streams cost memory before anything is decoded; a camera writes six at most.
MAX_STREAMS = 64

# On by default for neither FFmpeg of ours; said, since a reference to another file is all that a MOV needs to read it.
_OF_DEMUXER: Mapping[str, Mapping[str, str]] = {"mov": {"enable_drefs": "0", "use_absolute_path": "0"}}


def demuxer_options(demuxer: str) -> dict[str, str]:
    """The options that FFmpeg's library takes to open a stranger's file with `demuxer`, whoever calls it."""
    return {
        "format_whitelist": demuxer,
        "codec_whitelist": ",".join(sorted(VIDEO_DECODERS | AUDIO_DECODERS)),
        "protocol_whitelist": ",".join(PROTOCOLS),
        "max_streams": str(MAX_STREAMS),
        **_OF_DEMUXER.get(demuxer, {}),
    }

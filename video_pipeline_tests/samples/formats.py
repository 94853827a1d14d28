"""One file of each container that is accepted only where an installation says so, with what usually is in it."""

from __future__ import annotations

from video_pipeline_tests.samples.making import AAC, H264, Sample, picture, sine

MPEG2 = ("-c:v", "mpeg2video", "-q:v", "6")

FORMATS: dict[str, Sample] = {
    "broadcast": Sample(
        "ts",
        "television as it is recorded: MPEG-2 and MP2 in packets of 188 bytes, the clock not starting at zero",
        (*picture("352x288", 1), *sine(1), *MPEG2, "-c:a", "mp2", "-b:a", "128k", "-shortest"),
    ),
    "camcorder": Sample(
        "m2ts",
        "AVCHD: H.264 and AC-3 in packets of 192 bytes, each with its time before it",
        (*picture("640x360", 1), *sine(1), *H264, "-c:a", "ac3", "-b:a", "128k", "-mpegts_m2ts_mode", "1"),
    ),
    "disc": Sample(
        "vob",
        "a DVD: MPEG-2 and AC-3 in a program stream, and pixels that are not square",
        (*picture("352x288", 1), *sine(1), *MPEG2, "-aspect", "4:3", "-c:a", "ac3", "-b:a", "128k", "-f", "vob"),
    ),
    "mpeg1": Sample(
        "mpg",
        "a Video CD: MPEG-1 and MP2",
        (*picture("352x288", 1), *sine(1), "-c:v", "mpeg1video", "-q:v", "6", "-c:a", "mp2", "-b:a", "128k"),
    ),
    "flash": Sample(
        "flv",
        "what sites served before HTML5: Sorenson's H.263, and MP3 at one of Flash's three rates",
        (*picture("320x240", 1), *sine(1), "-c:v", "flv", "-c:a", "libmp3lame", "-ar", "44100"),
    ),
    "stream_dump": Sample(
        "flv",
        "what is left of a live stream: H.264 and AAC",
        (*picture("640x360", 1), *sine(1), *H264, *AAC),
    ),
    "theora": Sample(
        "ogv",
        "free video of before WebM: Theora and Vorbis",
        (*picture("320x240", 1), *sine(1), "-c:v", "libtheora", "-q:v", "4", "-c:a", "libvorbis"),
    ),
    "windows_media": Sample(
        "wmv",
        "Windows Movie Maker: WMV 8 and WMA",
        (*picture("320x240", 1), *sine(1), "-c:v", "wmv2", "-q:v", "5", "-c:a", "wmav2", "-ac", "2"),
    ),
    "broadcaster": Sample(
        "mxf",
        "XDCAM HD422: MPEG-2 in 4:2:2 and uncompressed sound",
        (
            *picture("640x360", 1),
            *sine(1),
            *(*MPEG2, "-pix_fmt", "yuv422p", "-c:a", "pcm_s16le", "-ar", "48000"),
        ),
    ),
    "editor": Sample(
        "mxf",
        "what Avid exchanges: DNxHR and 24 bits of sound",
        (
            *picture("640x360", 1),
            *sine(1),
            *("-c:v", "dnxhd", "-profile:v", "dnxhr_lb", "-pix_fmt", "yuv422p", "-c:a", "pcm_s24le", "-ar", "48000"),
        ),
    ),
}  # fmt: skip

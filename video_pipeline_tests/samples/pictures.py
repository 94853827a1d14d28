"""Pictures as phones, cameras, screen recorders and editing programs write them: codecs, shapes, turns and fields.

Nearly all show the card, upright and in its true shape, and flash and beep at one second.
"""

from __future__ import annotations

from video_pipeline_tests.samples.card import beep, card, wandering
from video_pipeline_tests.samples.edits import clipped, telemetry
from video_pipeline_tests.samples.making import AAC, H264, VP9, Sample, color, subtitles

COPY = ("-c", "copy")
X264 = ("-c:v", "libx264", "-preset", "ultrafast")
X265 = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error", "-tag:v", "hvc1")
AV1 = ("-c:v", "libsvtav1", "-preset", "11")
OPUS = ("-c:a", "libopus", "-b:a", "64k")

CODECS: dict[str, Sample] = {
    "h264_mp4": Sample("mp4", "what nearly every device writes", (*card("320x180", 2), *beep(2), *H264, *AAC)),
    "h264_mov": Sample("mov", "the same as Apple wraps it", COPY, "h264_mp4"),
    "h264_mkv": Sample("mkv", "the same as screen recorders wrap it", COPY, "h264_mp4"),
    "vp9_webm": Sample("webm", "what browsers record", (*card("320x180", 2), *beep(2), *VP9, *OPUS)),
    "av1_webm": Sample("webm", "AV1 as video sites give it", (*card("320x180", 2), *beep(2), *AV1, *OPUS)),
    "av1_mp4": Sample("mp4", "AV1 as new screen recorders write it", (*card("320x180", 2), *beep(2), *AV1, *AAC)),
    "hevc_mp4": Sample(
        "mp4",
        "10 bits of HEVC, as phones film",
        (*card("320x180", 2), *beep(2), *X265, "-pix_fmt", "yuv420p10le", *AAC),
    ),
    "hevc_mov": Sample("mov", "the same as iPhones wrap it", COPY, "hevc_mp4"),
    "mpeg4_avi": Sample(
        "avi",
        "MPEG-4 part 2 with MP3, as cameras and DivX wrote it",
        (*card("320x180", 2), *beep(2), "-c:v", "mpeg4", "-q:v", "3", "-c:a", "libmp3lame"),
    ),
    "mjpeg_avi": Sample(
        "avi",
        "4:2:2 of full range with PCM, as compact cameras film",
        (
            *card("320x180", 2),
            *beep(2),
            *("-c:v", "mjpeg", "-q:v", "3", "-pix_fmt", "yuvj422p", "-c:a", "pcm_s16le"),
        ),
    ),
    "h264_422": Sample(
        "mp4",
        "10 bits of 4:2:2, as mirrorless cameras film",
        (*card("320x180", 2), *beep(2), *X264, "-pix_fmt", "yuv422p10le", *AAC),
    ),
    "h264_444": Sample(
        "mp4",
        "4:4:4, as screen recorders write for sharp text",
        (*card("320x180", 2, pixel_format="yuv444p"), *beep(2), *X264, *AAC),
    ),
    "h264_rgb": Sample(
        "mkv",
        "RGB in H.264, as screen recorders write without loss",
        (*card("320x180", 2, pixel_format="gbrp"), *beep(2), "-c:v", "libx264rgb", "-preset", "ultrafast", *AAC),
    ),
}

SHAPES: dict[str, Sample] = {
    "anamorphic_ntsc": Sample(
        "mp4",
        "NTSC widescreen: pixels wider than high, 853 × 480 shown",
        (*card("720x480", 2, "30000/1001"), *beep(2), "-vf", "setsar=32/27", *H264, *AAC),
    ),
    "anamorphic_lying": Sample(
        "mp4",
        "a camera on its side with pixels that are not square: what anamorphic_turned is made of",
        (*card("180x320", 2), *beep(2), "-vf", "transpose=cclock,setsar=4/3", *H264, *AAC),
    ),
    "anamorphic_turned": Sample(
        "mp4",
        "turned and stretched: 180 × 427 shown",
        COPY,
        "anamorphic_lying",
        ("-display_rotation", "-90"),
    ),
    "clean_aperture": Sample(
        "mp4",
        "an editing program says that the edges are to be cut off, which browsers do not do",
        COPY,
        "h264_mp4",
        edit=clipped,
    ),
    "odd_sides": Sample(
        "mp4",
        "the recording of a window, 853 × 479",
        (*card("853x479", 2, pixel_format="yuv444p"), *beep(2), *X264, *AAC),
    ),
    "not_enlarged": Sample(
        "mp4", "320 × 240, smaller than every rendition", (*card("320x240", 2), *beep(2), *H264, *AAC)
    ),
    "narrow": Sample("mp4", "2 × 200, as thin as 4:2:0 can be", (*card("2x200", 2), *H264)),
    "hairline": Sample("webm", "1 × 200, thinner than a rendition can be", (*color("red", "1x200", 1), *VP9)),
    "ribbon": Sample("mp4", "16 × 1000, taller than any box", (*card("16x1000", 2), *H264)),
    "banner": Sample("mp4", "1000 × 16, wider than any box", (*card("1000x16", 2), *H264)),
    "vertical": Sample("mp4", "9:16, stored as it is shown", (*card("270x480", 2), *beep(2), *H264, *AAC)),
}


def _seen(size: str, turn: str) -> tuple[str, ...]:
    """The card as a sensor sees it that is not held upright; the display matrix is to turn it back."""
    return (*card(size, 2), *beep(2), "-vf", turn, *H264, *AAC)


TURNS: dict[str, Sample] = {
    "seen_90": Sample("mp4", "what turned_90 is made of", _seen("180x320", "transpose=cclock")),
    "turned_90": Sample("mp4", "a phone held upright", COPY, "seen_90", ("-display_rotation", "-90")),
    "seen_180": Sample("mp4", "what turned_180 is made of", _seen("320x180", "hflip,vflip")),
    "turned_180": Sample("mov", "a camera hung from the ceiling", COPY, "seen_180", ("-display_rotation", "180")),
    "seen_270": Sample("mp4", "what turned_270 is made of", _seen("180x320", "transpose=clock")),
    "turned_270": Sample("mp4", "a phone held upside down", COPY, "seen_270", ("-display_rotation", "90")),
    "seen_mirrored": Sample("mp4", "what mirrored is made of", _seen("320x180", "hflip")),
    "mirrored": Sample("mp4", "a front camera, as its owner saw it", COPY, "seen_mirrored", ("-display_hflip",)),
    "seen_flipped": Sample("mp4", "what mirrored_180 is made of", _seen("320x180", "vflip")),
    "mirrored_180": Sample("mp4", "the same hung from the ceiling", COPY, "seen_flipped", ("-display_vflip",)),
    "seen_transposed": Sample("mp4", "what mirrored_270 is made of", _seen("180x320", "hflip,transpose=cclock")),
    "mirrored_270": Sample(
        "mov",
        "a front camera held upright",
        COPY,
        "seen_transposed",
        ("-display_rotation", "-90", "-display_hflip"),
    ),
}

FIELDS: dict[str, Sample] = {
    "top_first": Sample(
        "mp4",
        "the upper field shows the earlier moment, as HD camcorders write",
        (
            *wandering("320x240", 2),
            *("-vf", "tinterlace=interleave_top,setfield=tff", *H264, "-flags", "+ilme+ildct"),
        ),
    ),
    "bottom_first": Sample(
        "mkv",
        "the lower field shows the earlier moment, as DV did",
        (
            *wandering("320x240", 2),
            *("-vf", "tinterlace=interleave_bottom,setfield=bff"),
            *("-c:v", "mpeg2video", "-q:v", "3", "-flags", "+ilme+ildct"),
        ),
    ),
}

COMPANY: dict[str, Sample] = {
    "cover_mp4": Sample(
        "mp4",
        "a cover larger than the video",
        (
            *card("320x180", 2),
            *beep(2),
            *color("blue", "640x640", 0.04),
            *("-map", "0", "-map", "1", "-map", "2", *H264, *AAC),
            *("-c:v:1", "mjpeg", "-pix_fmt:v:1", "yuvj420p", "-disposition:v:1", "attached_pic"),
        ),
    ),
    "cover_mkv": Sample(
        "mkv",
        "a cover as an attachment",
        (*COPY, "-attach", "@cover", "-metadata:s:t", "mimetype=image/jpeg"),
        "h264_mp4",
    ),
    "cover": Sample("jpg", "a picture larger than the video", (*color("blue", "640x640", 0.04), "-frames:v", "1")),
    "motion_photo": Sample(
        "mp4",
        "a motion photo: first a larger picture that hardly moves, and both marked as default",
        (
            *color("blue", "640x480", 2, 1),
            *card("320x180", 2),
            *beep(2),
            *("-map", "0", "-map", "1", "-map", "2", *H264, *AAC),
            *("-disposition:v:0", "default", "-disposition:v:1", "default"),
        ),
    ),
    "timecode": Sample(
        "mov",
        "a track of timecodes, as cameras write for editors",
        (*COPY, "-timecode", "01:00:00:00"),
        "h264_mp4",
    ),
    "telemetry": Sample(
        "mp4",
        "where an action camera was, as data beside the picture",
        (*subtitles("51.5,0.1"), "-map", "0", "-map", "1", "-c", "copy", "-c:s", "mov_text"),
        "h264_mp4",
        edit=telemetry,
    ),
}

PICTURES = CODECS | SHAPES | TURNS | FIELDS | COMPANY

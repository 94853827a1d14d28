"""Clocks as devices keep them: rates, starts, edits, lengths, and beginnings that cannot be decoded."""

from __future__ import annotations

from video_pipeline_tests.samples.card import beep, card
from video_pipeline_tests.samples.making import AAC, H264, VP8, Sample, color

COPY = ("-c", "copy")
B_FRAMES = ("-c:v", "libx264", "-preset", "superfast", "-pix_fmt", "yuv420p", "-bf", "3")

# Groups of pictures that refer to the one before them: the keyframe of the second has frames before it, in order of
# time, that nothing can decode when the first group is cut off.
OPEN_GROUPS = "open-gop=1:keyint=26:min-keyint=26:scenecut=0:bframes=3:b-adapt=0"
CUT = (*COPY, "-bsf:v", "noise=drop=lt(n\\,25)")


def _at(rate: str) -> Sample:
    return Sample("mp4", f"{rate} frames a second", (*card("320x180", 2, rate), *beep(2), *H264, *AAC))


def _open(codec: tuple[str, ...]) -> tuple[str, ...]:
    return (*card("320x180", 3), *beep(3), *codec, *AAC)


RATES: dict[str, Sample] = {
    "fps_10": _at("10"),
    "fps_23_976": _at("24000/1001"),
    "fps_25": _at("25"),
    "fps_29_97": _at("30000/1001"),
    "fps_30": _at("30"),
    "fps_59_94": _at("60000/1001"),
    "fps_120": _at("120"),
    "fps_29_97_mkv": Sample("mkv", "times rounded to milliseconds", COPY, "fps_29_97"),
    "fps_59_94_mkv": Sample("mkv", "times rounded to milliseconds", COPY, "fps_59_94"),
    "variable": Sample(
        "mp4",
        "a screen recording: frames only where something changed",
        (
            *card("320x180", 2, "50"),
            *beep(2),
            *("-vf", "select='not(mod(n,7))+not(mod(n,5))'", "-fps_mode", "vfr", *H264, *AAC),
        ),
    ),
    "variable_mkv": Sample("mkv", "the same as screen recorders wrap it", COPY, "variable"),
    "resting": Sample(
        "mp4",
        "a screen recording in which nothing changes after the first second: its last frame stays",
        (*COPY, "-bsf:v", "noise=drop=gt(pts*tb\\,1.01),setts=duration=if(gt(TS*TB\\,0.99)\\,1/TB\\,DURATION)"),
        "h264_mp4",
    ),
}

STARTS: dict[str, Sample] = {
    "from_10_s": Sample("mkv", "cut out of a longer recording", (*COPY, "-output_ts_offset", "10"), "h264_mp4"),
    "from_1_h": Sample("mkv", "the clock of a camera", (*COPY, "-output_ts_offset", "3600"), "h264_mp4"),
    "from_10_s_mp4": Sample("mp4", "the same as empty edits", (*COPY, "-output_ts_offset", "10"), "h264_mp4"),
    "transport": Sample("ts", "what from_transport is made of", (*COPY, "-output_ts_offset", "3600"), "b_frames"),
    "from_transport": Sample(
        "mkv",
        "a broadcast with its own clock in another container",
        (*COPY, "-copyts"),
        "transport",
    ),
    "edit_cuts": Sample("mp4", "an edit list that hides the first second", COPY, "one_group", ("-ss", "1")),
    "one_group": Sample(
        "mp4",
        "one keyframe: what edit_cuts is made of",
        (*card("320x180", 3), *beep(3), *H264, "-g", "250", *AAC),
    ),
    "edit_delays": Sample(
        "mp4",
        "an empty edit: the picture begins half a second after the sound",
        (
            *card("320x180", 2),
            *beep(2),
            *("-vf", "trim=start=0.5", "-fps_mode", "passthrough", *H264, *AAC),
        ),
    ),
    "b_frames": Sample(
        "mp4",
        "B-frames: decoding begins before zero",
        (*card("320x180", 2), *beep(2), *B_FRAMES, *AAC),
    ),
    "negative_offsets": Sample(
        "mp4",
        "B-frames shown before they are decoded, on paper, as Apple writes them",
        (*COPY, "-movflags", "+negative_cts_offsets"),
        "b_frames",
    ),
}

FILES: dict[str, Sample] = {
    "fragmented": Sample(
        "mp4",
        "recorded live: an index for each piece, and none for all",
        (*COPY, "-movflags", "+frag_keyframe+empty_moov+default_base_moof", "-frag_duration", "500000"),
        "h264_mp4",
    ),
    "index_first": Sample("mp4", "made for the web", (*COPY, "-movflags", "+faststart"), "h264_mp4"),
    "live": Sample(
        "webm",
        "recorded live by a browser: no duration in the header",
        (*card("320x180", 2), *beep(2), *VP8, "-c:a", "libopus", "-live", "1"),
    ),
    "one_frame": Sample("mp4", "a single frame", (*card("320x180", 0.04), *H264)),
    "one_frame_live": Sample("webm", "a single frame, no duration", (*card("320x180", 0.04), *VP8, "-live", "1")),
    "fifth": Sample("mp4", "a fifth of a second", (*card("320x180", 0.2), *beep(0.2), *H264, *AAC)),
    "two_hours": Sample("mp4", "two hours in a few bytes", (*color("gray", "32x18", 7200, 1), *H264)),
}

CUTS: dict[str, Sample] = {
    "open_h264": Sample("mp4", "what cut_h264 is made of", _open((*B_FRAMES, "-x264-params", OPEN_GROUPS))),
    "cut_h264": Sample("mkv", "begins with frames that cannot be decoded", CUT, "open_h264"),
    "open_hevc": Sample(
        "mp4",
        "what cut_hevc is made of",
        _open(("-c:v", "libx265", "-preset", "superfast", "-x265-params", f"log-level=error:{OPEN_GROUPS}")),
    ),
    "cut_hevc": Sample("mp4", "the same in HEVC", (*CUT, "-tag:v", "hvc1"), "open_hevc"),
    "open_mpeg2": Sample(
        "mkv",
        "what cut_mpeg2 is made of",
        _open(("-c:v", "mpeg2video", "-q:v", "3", "-bf", "2", "-g", "24")),
    ),
    "cut_mpeg2": Sample("mkv", "the same in MPEG-2", (*COPY, "-bsf:v", "noise=drop=lt(n\\,22)"), "open_mpeg2"),
}

TIMING = RATES | STARTS | FILES | CUTS

"""Files that ffmpeg itself makes and that are refused all the same: too many, too fast, too long, or sound alone."""

from __future__ import annotations

from video_pipeline_tests.samples.making import AAC, H264, Sample, color, picture, sine

UNREASONABLE: dict[str, Sample] = {
    "tiny": Sample("mp4", "the smallest video, to be made worse", (*picture("64x64", 0.4), *H264)),
    "streamed": Sample(
        "mkv", "without a list of where things lie, so that more can be put in", ("-c", "copy", "-live", "1"), "tiny"
    ),
    "rushed": Sample("mp4", "90 000 frames a second", (*color("red", "64x64", 0.01, 90_000), *H264)),
    "hasty": Sample(
        "mp4",
        "two frames 1/90 000 s apart, which are no rate",
        (*color("red", "64x64", 0.01, 90_000), *H264, "-frames:v", "2"),
    ),
    "crowd": Sample("mov", "more streams than FFmpeg is let open", (*("-map", "0") * 200, "-c", "copy"), "tiny"),
    "party": Sample("mp4", "more streams than any video needs", (*("-map", "0") * 40, "-c", "copy"), "tiny"),
    "crowd_in_matroska": Sample(
        "mkv", "FFmpeg opens the first 64 of these", (*("-map", "0") * 120, "-c", "copy"), "tiny"
    ),
    "five_hours": Sample(
        "mkv",
        "longer than the limit, though it has five frames",
        ("-f", "lavfi", "-i", "color=size=64x64:rate=1/3600:duration=18000", *H264),
    ),
    "gap": Sample(
        "mkv",
        "27.8 hours in which nothing is shown: three million frames at 30 a second, out of 3 kB",
        ("-c", "copy", "-bsf:v", "setts=ts='if(gt(N,4),TS+100080/TB,TS)'"),
        "tiny",
    ),
    "song": Sample("mp3", "sound with a title in front", (*sine(1), "-c:a", "libmp3lame", "-metadata", "title=A")),
    "bare_song": Sample(
        "mp3", "sound alone", (*sine(1), "-c:a", "libmp3lame", "-id3v2_version", "0", "-write_xing", "0")
    ),
    "wave": Sample("wav", "sound as it is recorded", (*sine(0.2),)),
    "flac": Sample("flac", "sound as it is archived", (*sine(0.2),)),
    "vorbis": Sample("ogg", "sound in a container for video, too", (*sine(1), "-c:a", "libvorbis")),
    "m4a": Sample("m4a", "sound under a brand that says so", (*sine(1), *AAC)),
    "sound_in_matroska": Sample("mkv", "sound in a container for video", (*sine(1), *AAC)),
}

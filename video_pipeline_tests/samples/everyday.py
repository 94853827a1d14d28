"""What people upload every day, and what earlier faults were found with."""

from __future__ import annotations

from video_pipeline_tests.samples.making import AAC, H264, VP8, VP9, Sample, color, picture, sine

EVERYDAY: dict[str, Sample] = {
    "phone": Sample(
        "mp4",
        "what is uploaded most: H.264 and AAC in MP4, wider and taller than a proxy, at a rate no multiple of 10",
        (*picture("1280x720", 2), *sine(2), *H264, *AAC, "-shortest"),
    ),
    "fast": Sample("mp4", "its index stands before its media", ("-c", "copy", "-movflags", "+faststart"), "silent"),
    "quicktime": Sample("mov", "the brand `qt  `, which browsers refuse", ("-c", "copy"), "phone"),
    "matroska": Sample("mkv", "no index of frames, times rounded to milliseconds", ("-c", "copy"), "phone"),
    "webm": Sample(
        "webm",
        "what browsers record and play: VP9 and Opus",
        (*picture("320x180", 1), *sine(1), *VP9, "-c:a", "libopus"),
    ),
    "avi": Sample(
        "avi",
        "what old cameras write: MPEG-4 part 2 and MP3, frames without timestamps",
        (*picture("352x288", 1), *sine(1), "-c:v", "mpeg4", "-q:v", "5", "-c:a", "libmp3lame"),
    ),
    "silent": Sample("mp4", "cameras without a microphone: no audio stream at all", (*picture("640x360", 1), *H264)),
    "portrait": Sample(
        "mp4",
        "stands, and is larger than a standing proxy",
        (*picture("720x1280", 1), *sine(1), *H264, *AAC),
    ),
    "rotated": Sample(
        "mp4",
        "how phones film standing: stored lying, turned by the display matrix",
        ("-c", "copy"),
        "silent",
        ("-display_rotation", "-90"),
    ),
    "odd": Sample(
        "mkv",
        "both sides odd, which 4:2:0 cannot have, so 4:4:4, which browsers do not play",
        (*picture("640x480", 1), "-vf", "format=yuv444p,scale=321:241", "-c:v", "libx264", "-preset", "ultrafast"),
    ),
    "small": Sample("mp4", "smaller than every rendition: must not be enlarged", (*picture("320x240", 1), *H264)),
    "ten_bit": Sample(
        "mov",
        "what editing programs export: ProRes, 10 bits, 4:2:2",
        (*picture("640x360", 1), "-c:v", "prores_ks", "-profile:v", "2", "-pix_fmt", "yuv422p10le"),
    ),
    "blink": Sample("mp4", "two frames of the proxy, and shorter than a tile", (*picture("320x180", 0.2), *H264)),
    "two_scenes": Sample(
        "mp4",
        "one hard cut at exactly 2 s, from a card of all colours to white",
        (
            *picture("320x180", 2),
            *color("white", "320x180", 2),
            "-filter_complex",
            "[0:v][1:v]concat=n=2",
            *H264,
        ),
    ),
    "dark_start": Sample(
        "mp4",
        "black until 2.5 s: a poster from the first second shows nothing",
        (*color("black", "320x180", 2.5), *picture("320x180", 2), "-filter_complex", "[0:v][1:v]concat=n=2", *H264),
    ),
    "black": Sample("mp4", "black from end to end, as its poster has to be", (*color("black", "320x180", 1), *H264)),
    "red": Sample(
        "mp4",
        "pure red in HD without a colour description: comes out orange when the wrong matrix is assumed",
        (*color("red", "1280x720", 0.4), "-vf", "scale=out_color_matrix=bt709,setparams=colorspace=unknown", *H264),
    ),
    "anamorphic": Sample(
        "mp4",
        "PAL widescreen: 720 × 576 stored, pixels that are not square, 1024 × 576 shown",
        (*picture("720x576", 1), "-vf", "setsar=64/45", *H264),
    ),
    "interlaced": Sample(
        "mp4",
        "fields of two moments in one frame, as camcorders write them",
        (*picture("640x480", 1, 50), "-vf", "tinterlace=interleave_top,setfield=tff", *H264, "-flags", "+ilme+ildct"),
    ),
    "uneven": Sample(
        "mp4",
        "a screen recording: frames only where something changed",
        (*picture("320x180", 3), "-vf", "select='not(mod(n,7))+not(mod(n,5))'", "-fps_mode", "vfr", *H264),
    ),
    "endless": Sample(
        "webm",
        "recorded live by a browser: no duration in the header, and more frames than probing looks at",
        (*picture("160x90", 7, 50), *VP8, "-live", "1"),
    ),
    "tagged": Sample(
        "mp4",
        "where it was filmed and by whom, in words that turn the direction of writing and break lines",
        ("-c", "copy", "-metadata", "title=A \u202egpj\r\n\x07title", "-metadata", "location=+48.2082+016.3738/"),
        "silent",
    ),
    "covered": Sample(
        "m4a",
        "sound with a cover: its only picture is a still",
        (*sine(1), *color("blue", "64x64", 0.04), *AAC, "-c:v", "mjpeg", "-disposition:v", "attached_pic", "-f", "mp4"),
    ),
    "two_languages": Sample(
        "mkv",
        "the second sound is the one marked as default; it has two channels, the first one",
        (
            *picture("320x180", 1),
            *sine(1),
            *sine(1),
            *("-map", "0:v", "-map", "1:a", "-map", "2:a", *H264, *AAC, "-ac:a:0", "1", "-ac:a:1", "2"),
            *("-disposition:a:0", "0", "-disposition:a:1", "default", "-metadata:s:a:1", "language=ger"),
        ),
    ),
    "with_cover": Sample(
        "mp4",
        "a video with a cover larger than itself: the largest picture is not the main one",
        (
            *picture("320x180", 1),
            *color("blue", "640x640", 0.04),
            *("-map", "0", "-map", "1", *H264, "-c:v:1", "mjpeg", "-pix_fmt:v:1", "yuvj420p"),
            *("-disposition:v:1", "attached_pic"),
        ),
    ),
    "wide_gamut": Sample(
        "mp4",
        "what is said of HDR: BT.2020, PQ, limited range; the pixels do not matter",
        (
            *picture("320x180", 0.4),
            "-vf",
            "setparams=colorspace=bt2020nc:color_primaries=bt2020:color_trc=smpte2084:range=tv",
            *("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le"),
        ),
    ),
    "rare_sound": Sample(
        "mkv",
        "sound of a decoder that no stranger's file may reach, with a picture that may be decoded",
        (*picture("320x180", 1), *sine(1), *H264, "-c:a", "wavpack"),
    ),
    "sound": Sample("mp4", "sound alone, in a container that usually holds video", (*sine(1), *AAC)),
    "late": Sample(
        "mkv",
        "the picture starts half a second after the sound",
        (*sine(2), "-itsoffset", "0.5", *picture("320x180", 1.5), *H264, *AAC),
    ),
    "rare_codec": Sample(
        "mov",
        "a decoder that no stranger's file may reach",
        (*picture("64x64", 0.2), "-c:v", "qtrle"),
    ),
}  # fmt: skip

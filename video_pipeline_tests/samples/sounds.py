"""Sounds as devices record them: none, too long, too short, several, in many channels, with gaps."""

from __future__ import annotations

from video_pipeline_tests.samples.card import beep, card
from video_pipeline_tests.samples.making import AAC, H264, Sample, sine, subtitles

SOUNDS: dict[str, Sample] = {
    "no_sound": Sample("mp4", "a camera without a microphone", (*card("320x180", 2), *H264)),
    "sound_longer": Sample(
        "mp4",
        "the microphone was switched off two seconds after the camera",
        (*card("320x180", 2), *beep(4), *H264, *AAC),
    ),
    "sound_shorter": Sample("mp4", "and before it", (*card("320x180", 4), *beep(2), *H264, *AAC)),
    "sound_late": Sample(
        "mkv",
        "the sound begins half a second after the picture",
        (*card("320x180", 2), *beep(2), "-af", "atrim=start=0.5", *H264, *AAC),
    ),
    "sound_gap": Sample(
        "mkv",
        "the microphone failed for half a second",
        (*card("320x180", 2), *beep(2), "-af", "aselect='lt(t,0.4)+gt(t,0.9)'", *H264, "-c:a", "pcm_s16le"),
    ),
    "surround": Sample(
        "mp4",
        "six channels",
        (*card("320x180", 2), *beep(2, layout="5.1"), *H264, *AAC),
    ),
    "one_channel": Sample(
        "mkv",
        "one channel of a voice recorder",
        (*card("320x180", 2), *beep(2, layout="mono"), *H264, "-c:a", "libmp3lame"),
    ),
    "several": Sample(
        "mkv",
        "two languages, of which the second is the default, and subtitles for both",
        (
            *card("320x180", 2),
            *sine(2),
            *beep(2),
            *subtitles("Hello"),
            *subtitles("Servus"),
            *("-map", "0", "-map", "1", "-map", "2", "-map", "3", "-map", "4", *H264, *AAC, "-c:s", "srt"),
            *("-disposition:a:0", "0", "-disposition:a:1", "default", "-disposition:s", "0"),
            *("-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=ger"),
        ),
    ),
}

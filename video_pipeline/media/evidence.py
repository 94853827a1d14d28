"""What is written down of a decode, by which it is judged: when frames, packets and sound came.

The lists are made by muxers and options of ffmpeg that copy no picture, so that they cost next to nothing.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import ffmpeg

from video_pipeline.media.ffmpeg import prefix, source
from video_pipeline.types import MediaFacts

# Names of the lists in the folder where the command runs.
FRAMES = "decoded.txt"
ORDER = "order.txt"
SOUND = "sound.txt"
PACKETS = "packets.txt"

# At `verbose` ffmpeg counts, at its end, what it decoded and what it could not. With `level` a line says whether it is
# an error, and with `repeat` it is printed as often as it is said: else the count hangs on which thread speaks between.
LOG_LEVEL = "repeat+level+verbose"

# How far beyond the longest video that is accepted is looked, to tell one that is longer from one that just fits.
BEYOND_SECONDS = 1.0

# Four hours at 240 frames a second: more lines than that say nothing new, and 2 GiB of empty packets would fill a disk.
MAX_LINES = 4_000_000

# No rest of a picture is longer than the whole file says it is, with room for headers that are a little wrong.
HEADER_SLACK_SECONDS = 60

Stream = Any  # ffmpeg-python has no types


def carry_on(facts: MediaFacts) -> tuple[str, ...]:
    """Global options with which ffmpeg carries on where it can, and leaves the judging to us.

    By itself it fails the whole command when two thirds of one stream cannot be decoded, be it the sound. Timestamps
    that leap further than the file is long are taken for what they are, mistakes: 3 kB with a gap of 27.8 hours would
    become hours of one still frame.
    """
    longest = math.ceil(facts.duration_seconds or 0) + HEADER_SLACK_SECONDS
    return ("-max_error_rate", "1", "-dts_error_threshold", str(longest))


def remove(folder: Path) -> None:
    """Remove the lists from a folder."""
    for name in (FRAMES, ORDER, SOUND, PACKETS):
        (folder / name).unlink(missing_ok=True)


def of_picture(picture: Stream, max_seconds: float) -> Stream:
    """When each decoded frame is shown, and for how long: the truth that headers are compared with. Copies no pixels.

    In ticks of the source's own clock; ffmpeg would otherwise round them to its guess of the frame rate. A list of its
    own keeps the order in which frames came: muxers are given times that only grow.
    """
    return ffmpeg.output(
        picture,
        FRAMES,
        format="framecrc",
        vcodec="wrapped_avframe",
        fps_mode="passthrough",
        enc_time_base="demux",
        stats_enc_pre=ORDER,
        stats_enc_pre_fmt="{pts},{tb}",
        t=max_seconds + BEYOND_SECONDS,
        **{"frames:v": MAX_LINES},
    )


def listing(path: Path, facts: MediaFacts, *, heard: bool, max_seconds: float) -> list[str]:
    """The command that lists when each packet of picture and sound is due, decoded or not, without decoding pictures.

    It costs what reading the file costs, and is for files with which something is wrong. It is a command of its own
    because ffmpeg waits for ever, once in ten times, when it copies packets whose times go back beside decoding them.

    Args:
        path: the file.
        facts: what it says of itself.
        heard: whether decoded sound is listed too, before gaps in it are filled with silence.
        max_seconds: the longest video that is accepted.
    """
    opened = source(path, facts)
    limits = {"t": max_seconds + BEYOND_SECONDS, "frames:v": MAX_LINES, "frames:a": MAX_LINES}
    main = [opened[str(stream.index)] for stream in (facts.video, facts.audio) if stream is not None]
    lists = [ffmpeg.output(*main, PACKETS, format="framecrc", codec="copy", copyinkf=None, **limits)]
    if heard and facts.audio is not None:
        sound = opened[str(facts.audio.index)]
        lists.append(ffmpeg.output(sound, SOUND, format="framecrc", acodec="pcm_s16le", **limits))
    return list(ffmpeg.merge_outputs(*lists).compile(cmd=[*prefix(log_level=LOG_LEVEL), *carry_on(facts)]))

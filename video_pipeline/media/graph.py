"""The one command that makes everything: one decode, split into a branch for each output, built with ffmpeg-python."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import ffmpeg

from video_pipeline.media import colors, evidence
from video_pipeline.media.ffmpeg import prefix, source
from video_pipeline.media.geometry import Size
from video_pipeline.media.plan import Candidates, Detection, Encode, Plan, Tiles
from video_pipeline.media.profiles import AUDIO
from video_pipeline.types import AudioStream, MediaFacts, Output, VideoStream

# Names of what a command leaves in its folder; what ends in .raw and .txt is material for artifacts.
FILES = MappingProxyType({Output.PROXY: "proxy.mp4", Output.WEB: "web.mp4", Output.AUDIO: "audio.flac"})
POSTER_FRAMES = "poster.raw"
STORYBOARD_FRAMES = "storyboard.raw"

LAYOUTS = MappingProxyType({1: "mono", 2: "stereo"})

# A rendition tells nothing of who filmed it where, and the same input gives the same bytes.
PRIVATE: dict[str, object] = {"map_metadata": -1, "map_chapters": -1, "fflags": "+bitexact", "flags": "+bitexact"}

Stream = Any  # ffmpeg-python has no types


class Picture(NamedTuple):
    """A branch of the decoded picture, and what the source says of it."""

    stream: Stream
    source: VideoStream


def command(plan: Plan, path: Path, facts: MediaFacts, *, max_seconds: float) -> list[str]:
    """The ffmpeg command that carries out a plan: it writes files to the folder it runs in, frames to standard output.

    No output gets longer than `max_seconds`, whatever timestamps a file has: 3 kB with a gap of 27.8 hours would become
    three million frames.
    """
    opened = source(path, facts)
    sounds = _sounds(opened, facts.audio)
    outputs = list(_seen(plan, opened, facts, sounds, max_seconds))
    if plan.audio:
        outputs.append(_audio(next(sounds), max_seconds))
    cmd = [*prefix(log_level=evidence.LOG_LEVEL), *evidence.carry_on(facts)]
    return list(ffmpeg.merge_outputs(*outputs).compile(cmd=cmd))


def _seen(
    plan: Plan, opened: Stream, facts: MediaFacts, sounds: Iterator[Stream], max_seconds: float
) -> Iterator[Stream]:
    """The outputs for which the picture is decoded, once."""
    if not plan.looks or facts.video is None:
        return
    pictures = _pictures(opened, facts.video)
    for output, encode in plan.encodes.items():
        heard = [next(sounds)] if facts.audio is not None else []
        yield _video(next(pictures), heard, encode, FILES[output], max_seconds)
    if plan.poster is not None:
        yield _poster(next(pictures), plan.poster)
    if plan.storyboard is not None:
        yield _storyboard(next(pictures), plan.storyboard)
    if plan.detection is not None:
        yield _detection(next(pictures), plan.detection, max_seconds)
    yield evidence.of_picture(next(pictures).stream, max_seconds)


def _pictures(opened: Stream, source: VideoStream) -> Iterator[Picture]:
    """The main picture, as often as it is asked for; rotated by ffmpeg, deinterlaced, with its colours named."""
    stream = opened[str(source.index)]
    if source.interlaced:
        stream = stream.filter("bwdif", mode="send_frame", deint="interlaced")
    taps = colors.described(stream, source).split()
    return (Picture(taps[number], source) for number in count())


def _sounds(opened: Stream, sound: AudioStream | None) -> Iterator[Stream]:
    """The default sound, as often as it is asked for; from zero on and without gaps, so that it stays in step."""
    if sound is None:
        return iter(())
    taps = opened[str(sound.index)].filter("aresample", **{"async": 1, "first_pts": 0}).asplit()
    return (taps[number] for number in count())


def _at(picture: Picture, frame_rate: Fraction, *, rounding: str = "near") -> Picture:
    """A constant frame rate on a clock that starts at zero for every branch, so that frame n is shown at n / rate.

    An end within a frame is rounded up: else what lasts less than half of one, a single frame for instance, is nothing.
    """
    options = {"start_time": 0, "round": rounding, "eof_action": "pass"}
    return picture._replace(stream=picture.stream.filter("fps", fps=str(frame_rate), **options))


def _scaled(picture: Picture, size: Size, pixel_format: str, *, flags: str = "bicubic") -> Stream:
    """Square pixels in colours that every screen shows.

    Always after `fps`, so that only frames that are kept are scaled; colours after that, so that few pixels are turned.
    """
    range_ = {"out_range": "tv"} if pixel_format == "yuv420p" else {}  # phones film in full range, players expect less
    scaled = picture.stream.filter("scale", size.width, size.height, flags=flags, **range_).filter("setsar", 1)
    return colors.to_standard(scaled, picture.source).filter("format", pixel_format)


def _frames(max_seconds: float, frame_rate: Fraction) -> int:
    return math.ceil(max_seconds * frame_rate)


def _video(picture: Picture, heard: list[Stream], encode: Encode, name: str, max_seconds: float) -> Stream:
    profile = encode.profile
    options: dict[str, object] = {
        "vcodec": "libx264",
        "preset": profile.preset,
        "crf": profile.crf,
        "refs": profile.reference_frames,
        "partitions": profile.partitions,
        "g": math.ceil(profile.keyframe_seconds * encode.frame_rate),
        "t": max_seconds,  # a limit in frames would end the sound with the picture, however long it goes on
        "movflags": "+faststart",
        **PRIVATE,
    }
    if heard:
        options |= {"acodec": "aac", "audio_bitrate": profile.audio_bits_per_second}
        layout = LAYOUTS[profile.audio_channels]
        heard = [_resampled(sound, profile.audio_sample_rate, layout, "fltp") for sound in heard]
    shown = _scaled(_at(picture, encode.frame_rate), encode.size, "yuv420p")
    return ffmpeg.output(shown, *heard, name, format="mp4", **options)


def _audio(sound: Stream, max_seconds: float) -> Stream:
    resampled = _resampled(sound, AUDIO.sample_rate, LAYOUTS[AUDIO.channels], "s16")
    return ffmpeg.output(resampled, FILES[Output.AUDIO], format="flac", acodec="flac", t=max_seconds, **PRIVATE)


def _resampled(sound: Stream, sample_rate: int, layout: str, sample_format: str) -> Stream:
    """Sound as one output wants it, said in its own branch.

    Left to the output's options, ffmpeg converts before the split, to what suits all outputs, and one that is made
    alone differs from the same one made with others.
    """
    return sound.filter("aresample", sample_rate, ochl=layout, osf=sample_format)


def _poster(picture: Picture, candidates: Candidates) -> Stream:
    """The frames that are shown at the candidates' seconds: rounding up keeps what is on at the full second."""
    wanted = "+".join(f"eq(n,{second})" for second in candidates.seconds)
    seconds = _at(picture, Fraction(1), rounding="up")
    chosen = seconds._replace(stream=seconds.stream.filter("select", wanted))
    return _raw(_scaled(chosen, candidates.size, "bgr24"), POSTER_FRAMES, len(candidates.seconds))


def _storyboard(picture: Picture, tiles: Tiles) -> Stream:
    """A frame from the middle of each span."""
    chosen = _at(picture, 1 / tiles.interval)
    return _raw(_scaled(chosen, tiles.size, "bgr24", flags="area"), STORYBOARD_FRAMES, tiles.count)


def _detection(picture: Picture, detection: Detection, max_seconds: float) -> Stream:
    """Small frames for the detector; it averages over them, so that how finely they were scaled does not show."""
    small = _scaled(_at(picture, detection.frame_rate), detection.size, "bgr24", flags="fast_bilinear")
    return _raw(small, "pipe:1", _frames(max_seconds, detection.frame_rate))


def _raw(stream: Stream, name: str, frames: int) -> Stream:
    return ffmpeg.output(stream, name, format="rawvideo", fps_mode="passthrough", **{"frames:v": frames})

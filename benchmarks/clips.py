"""Clips to measure with, made from five seconds of Big Buck Bunny: as long, as large and as noisy as a camera's.

Grain is added after scaling up, and bit rates are those of cameras: without both, decoding would cost next to nothing
and every ratio to it would be about something else.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from video_pipeline.media.ffmpeg import executable
from video_pipeline_tests.samples import bunny

GRAIN = "noise=alls=6:allf=t"


@dataclass(frozen=True, slots=True)
class Clip:
    """One clip: what it is, how long in seconds, and how it is encoded; `loops` more copies of it are appended."""

    name: str
    extension: str
    seconds: int
    width: int
    height: int
    encoding: tuple[str, ...]
    loops: int = 0


def _h264(bit_rate: str) -> tuple[str, ...]:
    rate = ("-b:v", bit_rate, "-maxrate", bit_rate, "-bufsize", bit_rate)
    return ("-c:v", "libx264", "-preset", "veryfast", "-bf", "2", *rate, "-c:a", "aac", "-b:a", "128k")


HD = Clip("60 s of 1080p30 H.264", "mp4", 60, 1920, 1080, _h264("16M"))
UHD = Clip(
    "10 s of 2160p30 HEVC",
    "mp4",
    10,
    3840,
    2160,
    ("-c:v", "libx265", "-preset", "ultrafast", "-b:v", "40M", "-x265-params", "log-level=none", "-c:a", "aac"),
)
VP9 = Clip(
    "30 s of 720p30 VP9",
    "webm",
    30,
    1280,
    720,
    ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-row-mt", "1", "-b:v", "4M", "-c:a", "libopus"),
)
LONG = Clip("10 min of 1080p30 H.264", "mp4", 60, 1920, 1080, _h264("16M"), loops=9)


def make(clip: Clip, folder: Path) -> Path:
    """Make a clip in `folder`; the same one again is there already."""
    once = folder / f"{clip.width}x{clip.height}-{clip.seconds}s.{clip.extension}"
    if not once.exists():
        tone = ("-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000")
        picture = ("-vf", f"fps=30,scale={clip.width}:{clip.height},{GRAIN}", "-pix_fmt", "yuv420p")
        looped = ("-stream_loop", "-1", "-i", str(bunny()))
        streams = ("-map", "0:v", "-map", "1:a", "-t", str(clip.seconds))
        ffmpeg(*looped, *tone, *streams, *picture, *clip.encoding, str(once))
    if not clip.loops:
        return once
    path = once.with_stem(f"{once.stem}-{clip.loops}")
    if not path.exists():
        ffmpeg("-stream_loop", str(clip.loops), "-i", str(once), "-c", "copy", str(path))
    return path


def ffmpeg(*arguments: str) -> str:
    """Run the bundled ffmpeg on a clip of ours; returns what it printed."""
    command = [executable(), "-nostdin", "-hide_banner", "-nostats", "-y", *arguments]
    return subprocess.run(command, check=True, stderr=subprocess.PIPE, text=True).stderr

"""How samples are made: with the bundled ffmpeg, out of its own test sources or out of another sample."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass

from video_pipeline.media.ffmpeg import executable

H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
VP9 = ("-c:v", "libvpx-vp9", "-quality", "realtime", "-cpu-used", "8")
VP8 = ("-c:v", "libvpx", "-quality", "realtime", "-cpu-used", "8")
AAC = ("-c:a", "aac", "-b:a", "64k")


def picture(size: str, seconds: float, rate: int = 25) -> tuple[str, ...]:
    """A moving test card: every frame differs, so that lost or doubled ones show."""
    return ("-f", "lavfi", "-i", f"testsrc2=size={size}:rate={rate}:duration={seconds}")


def sine(seconds: float) -> tuple[str, ...]:
    """A tone."""
    return ("-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=48000:duration={seconds}")


def color(name: str, size: str, seconds: float, rate: int = 25) -> tuple[str, ...]:
    """One colour that never moves."""
    return ("-f", "lavfi", "-i", f"color=c={name}:size={size}:rate={rate}:duration={seconds}")


def subtitles(words: str) -> tuple[str, ...]:
    """Words that are shown for two seconds."""
    return ("-f", "srt", "-i", f"data:,1%0A00:00:00,000 --> 00:00:02,000%0A{words}%0A%0A")


@dataclass(frozen=True)
class Sample:
    """How a sample is made, perhaps out of another one, and why it is like that.

    A word among the arguments that begins with `@` stands for the path of the sample of that name. `edit` changes the
    bytes afterwards, where ffmpeg has no words for what a program writes.
    """

    extension: str
    reason: str
    arguments: tuple[str, ...]
    source: str | None = None
    input_options: tuple[str, ...] = ()
    edit: Callable[[bytes], bytes] | None = None


def ffmpeg(*arguments: str) -> None:
    """Run the bundled ffmpeg on trusted input."""
    subprocess.run([executable(), "-nostdin", "-v", "error", "-y", *arguments], check=True)

"""Where ffmpeg is, and what every command of ours says before it opens a stranger's file.

Commands are built with ffmpeg-python and started by `process.run` alone.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import ffmpeg
import imageio_ffmpeg

from video_pipeline.errors import MediaToolFailed
from video_pipeline.media.allowed import demuxer_options
from video_pipeline.types import Container, MediaFacts

# WebM recorded from a call grows while it runs, beyond what its header says, but not beyond what browsers send.
GROWTH_PIXELS = 3840 * 2160
BLOCK = 64  # codecs round a picture up to blocks of at most 64 pixels

# When a picture changes its size midway, ffmpeg would build all filters anew, and each `fps` would fill its output from
# zero again: 4 s became 5.96 s. The scalers have fixed targets and follow such a change by themselves.
REINIT_FILTER = 0

# On by default for neither FFmpeg of ours; said, since a reference to another file is all that a MOV needs to read it.
CONTAINER_OPTIONS: dict[Container | None, dict[str, int]] = {
    Container.MP4: {"enable_drefs": 0, "use_absolute_path": 0},
    Container.MOV: {"enable_drefs": 0, "use_absolute_path": 0},
}


@lru_cache(maxsize=1)
def executable() -> str:
    """The path of the ffmpeg program; `IMAGEIO_FFMPEG_EXE` overrides the bundled one.

    Raises:
        MediaToolFailed: there is none.
    """
    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise MediaToolFailed(f"No ffmpeg was found: {error}") from error


def prefix(*, log_level: str) -> list[str]:
    """The program and its global options: never asks, says little."""
    return [executable(), "-nostdin", "-hide_banner", "-nostats", "-v", log_level, "-y"]


def source(path: Path, facts: MediaFacts, **options: str | int) -> Any:  # noqa: ANN401 - ffmpeg-python has no types
    """The input node of a command that reads `path`: allow-lists, bounds, and a name that cannot be an option."""
    return ffmpeg.input(
        f"file:{path.resolve()}",
        max_pixels=max_pixels(facts),
        reinit_filter=REINIT_FILTER,
        **demuxer_options(),
        **CONTAINER_OPTIONS.get(facts.container, {}),
        **options,
    )


def max_pixels(facts: MediaFacts) -> int:
    """How many pixels a decoder may allocate a picture for: what the header says, with room to grow up to UHD.

    0.75 MB of 16000 × 16000 takes 1.4 GB to decode, and a header may say less than the stream then holds.
    """
    if facts.video is None:
        return GROWTH_PIXELS
    width, height = (-(-side // BLOCK) * BLOCK for side in (facts.video.coded_width, facts.video.coded_height))
    return max(width * height, GROWTH_PIXELS)

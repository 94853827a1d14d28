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
from video_pipeline.media.allowed import DEMUXERS, demuxer_options
from video_pipeline.types import MediaFacts

# WebM recorded from a call grows while it runs, beyond what its header says, but not beyond what browsers send.
GROWTH_PIXELS = 3840 * 2160
BLOCK = 64  # codecs round a picture up to blocks of at most 64 pixels

# When a picture changes its size midway, ffmpeg would build all filters anew, and each `fps` would fill its output from
# zero again: 4 s became 5.96 s. The scalers have fixed targets and follow such a change by themselves.
REINIT_FILTER = 0

# What a container would cut off is shown, as browsers show it; by its shape, which probing tells, all sizes are made.
CROPPING = "codec"


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


def source(path: Path, facts: MediaFacts, **options: str | float) -> Any:  # noqa: ANN401 - ffmpeg-python has no types
    """The input node of a command that reads `path`: allow-lists, bounds, and a name that cannot be an option.

    Raises:
        ValueError: the file is in no container that is known; nobody asks for such a command.
    """
    if facts.container is None:
        raise ValueError("A file whose container is not known is opened by nobody.")
    demuxer = DEMUXERS[facts.container]
    return ffmpeg.input(
        f"file:{path.resolve()}",
        max_pixels=max_pixels(facts),
        reinit_filter=REINIT_FILTER,
        apply_cropping=CROPPING,
        format=demuxer,
        **demuxer_options(demuxer),
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

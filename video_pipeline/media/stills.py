"""Posters and storyboards, made from raw frames that a command left in a file."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from video_pipeline.errors import MediaToolFailed
from video_pipeline.media.geometry import Size
from video_pipeline.media.plan import Candidates, Tiles
from video_pipeline.media.profiles import PosterProfile

Frame = NDArray[np.uint8]  # height × width × 3, blue, green, red


def raw_frames(path: Path, size: Size) -> NDArray[np.uint8]:
    """The whole frames in a file of raw bgr24, as an array of frames × height × width × 3; a rest is left out."""
    data = np.fromfile(path, np.uint8)
    length = size.width * size.height * 3
    count = len(data) // length
    return data[: count * length].reshape(count, size.height, size.width, 3)


def is_black(frame: Frame, profile: PosterProfile) -> bool:
    """Whether nearly every pixel of a frame is nearly black."""
    luma = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
    return float(np.mean(luma <= profile.black_luma)) >= profile.black_share


def choose(frames: NDArray[np.uint8], candidates: Candidates) -> int:
    """Which frame makes the poster: the first in order of preference that is not black, else simply the first.

    `frames` are the candidates in the order of time; fewer than were planned where the video ended before.
    """
    there = dict(zip(candidates.seconds, range(len(frames)), strict=False))
    wanted = [there[second] for second in candidates.preferred if second in there]
    return next((number for number in wanted if not is_black(frames[number], candidates.profile)), wanted[0])


def sheet(tiles: NDArray[np.uint8], columns: int) -> Frame:
    """Tiles laid out in rows of `columns`, left to right and top to bottom; the rest of the last row is black."""
    count, height, width, _ = tiles.shape
    across = min(columns, count)
    down = -(-count // across)
    laid = np.zeros((down * across, height, width, 3), np.uint8)
    laid[:count] = tiles
    return laid.reshape(down, across, height, width, 3).swapaxes(1, 2).reshape(down * height, across * width, 3)


def index(count: int, tiles: Tiles, *, end_seconds: float, picture: str) -> str:
    """The WebVTT index of a sheet of `count` tiles: for each span of time, where in `picture` its tile is.

    Places are media fragments (W3C Media Fragments URI 1.0, 4.2.2); the last span lasts until `end_seconds`.
    """
    width, height = tiles.size
    cues = ["WEBVTT"]
    for number in range(count):
        row, column = divmod(number, tiles.profile.columns)
        start = float(tiles.interval * number)
        end = end_seconds if number == count - 1 else float(tiles.interval * (number + 1))
        place = f"{column * width},{row * height},{width},{height}"
        cues.append(f"{_stamp(start)} --> {_stamp(end)}\n{picture}#xywh={place}")
    return "\n\n".join(cues) + "\n"


def write_jpeg(picture: Frame, path: Path, quality: int) -> None:
    """Write a picture as progressive JPEG.

    Raises:
        MediaToolFailed: it could not be encoded.
    """
    options = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_PROGRESSIVE, 1, cv2.IMWRITE_JPEG_OPTIMIZE, 1]
    worked, encoded = cv2.imencode(".jpg", picture, options)
    if not worked:
        raise MediaToolFailed(f"The picture {path.name} could not be written as JPEG.")
    path.write_bytes(encoded.tobytes())


def read_jpeg(path: Path) -> Frame | None:
    """A picture of our own, or None where it does not decode."""
    frame = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR)
    return frame.astype(np.uint8, copy=False) if frame is not None else None


def _stamp(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"

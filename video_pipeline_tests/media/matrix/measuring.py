"""What can be measured of the card and its beep in what was made of them; see samples/card.py."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from video_pipeline_tests.samples.card import BEEP_SECONDS

Image = NDArray[np.uint8]  # height × width × 3, blue, green, red

BRIGHT = 160  # between the card's grey, 96, and the white of its flash
LOUD = 0.5  # of the loudest moment: AAC is heard a little before a sound that begins at once
BLACK = 32
COLORS = {"red": (0, 0, 255), "green": (0, 255, 0), "blue": (255, 0, 0), "grey": (96, 96, 96)}


def pictures(path: Path) -> Iterator[tuple[float, Image]]:
    """The pictures of a video of ours, each with the seconds at which it is shown."""
    with av.open(str(path)) as opened:
        for frame in opened.decode(video=0):
            assert frame.time is not None
            yield frame.time, frame.to_ndarray(format="bgr24").astype(np.uint8, copy=False)


def flashes(path: Path) -> list[float]:
    """The seconds at which the middle of the card turns white."""
    lights = [(seconds, _middle(image) > BRIGHT) for seconds, image in pictures(path)]
    begins = [seconds for (_, before), (seconds, now) in pairwise(lights) if now and not before]
    return [0.0, *begins] if lights[0][1] else begins


def _middle(image: Image) -> float:
    height, width, _ = image.shape
    return float(image[3 * height // 8 : 5 * height // 8, 3 * width // 8 : 5 * width // 8].mean())


def beeps(path: Path) -> list[float]:
    """The seconds at which beeps begin, in a file of ours with sound."""
    wave, rate = _wave(path)
    loud = np.flatnonzero(np.abs(wave) > LOUD * np.abs(wave).max()) / rate
    apart = np.diff(loud, prepend=-1.0) > BEEP_SECONDS / 2
    return [float(seconds) for seconds in loud[apart]]


def _wave(path: Path) -> tuple[NDArray[np.float32], int]:
    """The sound as one channel, from zero on, and its rate in Hz."""
    with av.open(str(path)) as opened:
        frames = list(opened.decode(audio=0))
    rate, first = frames[0].sample_rate, frames[0].time or 0.0
    mono = av.AudioResampler(format="flt", layout="mono")
    parts = [part.to_ndarray().ravel() for frame in frames for part in mono.resample(frame)]
    silence = np.zeros(max(0, round(first * rate)), np.float32)
    return np.concatenate([silence, *parts]).astype(np.float32), rate


def is_upright_card(image: Image) -> bool:
    """Whether an image shows the whole card upright, unmirrored and in its shape: every corner covers a sixteenth."""
    inside, outside = 0.22, 0.28  # of a side; the corners end at a quarter
    expected = {
        (inside, inside): "red",
        (1 - inside, inside): "green",
        (inside, 1 - inside): "blue",
        (outside, inside): "grey",
        (inside, outside): "grey",
        (1 - outside, inside): "grey",
        (inside, 1 - outside): "grey",
        (1 - inside, 1 - inside): "grey",
    }
    return all(_shows(image, x, y, color) for (x, y), color in expected.items())


def _shows(image: Image, x: float, y: float, color: str) -> bool:
    height, width, _ = image.shape
    found = image[int(y * height), int(x * width)].astype(int)
    return bool(np.abs(found - COLORS[color]).max() <= 48)


def is_black(image: Image) -> bool:
    """Whether nothing can be seen."""
    return float(image.mean()) < BLACK


def combing(image: Image) -> float:
    """How much a line differs from the lines above and below it, on average: high where two fields are interleaved."""
    lines = image.mean(axis=2)
    return float(np.abs(2 * lines[1:-1] - lines[:-2] - lines[2:]).mean())

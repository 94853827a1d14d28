"""What the first packets of a video show that its header does not say: rotation, an uneven frame rate, its length."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.video.stream import VideoStream as AvVideoStream

SAMPLED_PACKETS = 300  # ten seconds of 30 fps: phones vary their rate within the first second
DECODED_PACKETS = 60  # a frame comes out of a sound file long before
UNEVEN = 0.1  # of the usual distance between frames; rounding to a container's clock is allowed for on top
UNEVEN_SHARE = 0.02  # a dropped frame now and then is no variable frame rate
QUARTER_TURN = 90


@dataclass(frozen=True, slots=True)
class Timing:
    """What was seen: `rotation` in degrees clockwise, `end_seconds` only where the header tells no duration."""

    rotation: int = 0
    variable_frame_rate: bool = False
    end_seconds: float | None = None


def observe(container: InputContainer, stream: AvVideoStream, *, max_pixels: int) -> Timing:
    """Read the first packets of `stream`, decode one frame of it, and look for its end where none is declared.

    FFmpeg's library tells the display matrix only with a frame. Pictures above `max_pixels` are not decoded: they will
    be refused for their size.
    """
    packets = container.demux(stream)
    looking = stream.codec_context.width * stream.codec_context.height <= max_pixels
    rotation = 0
    stamps: list[int] = []
    for number, packet in enumerate(packets):
        if packet.pts is not None:
            stamps.append(packet.pts)
        if looking:
            turned = _rotation(packet)
            looking = turned is None and number < DECODED_PACKETS
            rotation = turned or 0
        if number >= SAMPLED_PACKETS:
            break
    return Timing(rotation, _uneven(stamps, stream.time_base), _end(container, stream, stamps, packets))


def _rotation(packet: Packet[AvVideoStream]) -> int | None:
    """Degrees clockwise that the packet's frame is turned by; None while the decoder gives no frame."""
    try:
        frames = packet.decode()
    except FFmpegError:
        return None
    if not frames:
        return None
    turns = round(-frames[0].rotation / QUARTER_TURN)
    return turns * QUARTER_TURN % 360


def _uneven(stamps: Sequence[int], time_base: Fraction | None) -> bool:
    if not time_base or len(stamps) <= 1:
        return False
    distances = _distances(stamps)
    usual = _usual(stamps)
    allowed = usual * UNEVEN + 1  # one tick of the container's clock, by which each stamp is rounded
    strays = sum(abs(distance - usual) > allowed for distance in distances)
    return strays > len(distances) * UNEVEN_SHARE


def _distances(stamps: Sequence[int]) -> list[int]:
    return [later - earlier for earlier, later in pairwise(sorted(stamps))]


def _usual(stamps: Sequence[int]) -> int:
    """The usual distance between two frames, in ticks; zero where there is only one."""
    return statistics.median_low(_distances(stamps)) if len(stamps) > 1 else 0


def _end(
    container: InputContainer, stream: AvVideoStream, stamps: Sequence[int], rest: Iterator[Packet[AvVideoStream]]
) -> float | None:
    """Seconds up to the last frame's end, found by reading on; browsers record WebM without a duration."""
    if container.duration is not None or not stamps or not stream.time_base:
        return None
    last = max(stamps)
    for packet in rest:
        if packet.pts is not None:
            last = max(last, packet.pts)
    return float((last - min(stamps) + _usual(stamps)) * stream.time_base)

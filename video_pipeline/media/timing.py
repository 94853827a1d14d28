"""What the packets of a video show that its header does not say: how it is turned, its rate, its fields, its length."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from av.audio.stream import AudioStream as AvAudioStream
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.sidedata.sidedata import SideData
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream as AvVideoStream

from video_pipeline.media import choices
from video_pipeline.media.choices import UPRIGHT, Orientation

SAMPLED_PACKETS = 300  # ten seconds of 30 fps: phones vary their rate within the first second
DECODED_PACKETS = 60  # a frame comes out of a sound file long before
UNEVEN = 0.1  # of the usual distance between frames; rounding to a container's clock is allowed for on top
UNEVEN_SHARE = 0.02  # a dropped frame now and then is no variable frame rate,
FORGIVEN = 1  # nor is one stray in a short clip: recorders stretch the first frame until the sound begins
LATE_SECONDS = 0.1  # what is less makes no difference that anybody sees
SLACK_SECONDS = 10  # an edit list may show little of what is there
MICROSECONDS = 1_000_000  # AV_TIME_BASE


@dataclass(frozen=True, slots=True)
class Timing:
    """What was seen.

    `frame_seconds` is the mean of the usual distances between two frames and `precision_seconds` by how much it may be
    wrong; zero where one frame was seen. `picture_seconds` and `file_seconds` are how long the picture and everything
    lasts, given only where the header does not tell. `encrypted` is where a packet of picture or sound comes with what
    would be needed to decrypt it.
    """

    orientation: Orientation = UPRIGHT
    interlaced: bool = False
    variable_frame_rate: bool = False
    frame_seconds: Fraction = Fraction(0)
    precision_seconds: Fraction = Fraction(0)
    picture_seconds: float | None = None
    file_seconds: float | None = None
    encrypted: bool = False


@dataclass(slots=True)
class _Seen:
    """What packets have shown so far: when the first pictures are shown, in ticks, and when each stream ends."""

    picture: AvVideoStream
    stamps: list[int] = field(default_factory=list)
    ends: dict[int, Fraction] = field(default_factory=dict)
    encrypted: bool = False

    def add(self, packet: Packet[Stream]) -> None:
        self.encrypted = self.encrypted or packet.has_sidedata("encryption_info")
        if packet.pts is None or packet.time_base is None:
            return
        index = packet.stream_index
        end = (packet.pts + (packet.duration or 0)) * packet.time_base
        self.ends[index] = max(end, self.ends.get(index, end))
        if index == self.picture.index and len(self.stamps) < SAMPLED_PACKETS:
            self.stamps.append(packet.pts)

    @property
    def tick(self) -> Fraction:
        return self.picture.time_base or Fraction(0)


class _Rhythm(NamedTuple):
    """The mean of the usual distances between two frames, by how much rounding may falsify it, in ticks."""

    distance: Fraction = Fraction(0)
    precision: Fraction = Fraction(0)
    uneven: bool = False


def observe(
    container: InputContainer, picture: AvVideoStream, sound: AvAudioStream | None, *, max_pixels: int
) -> Timing:
    """Read the first packets of a file, decode one frame of `picture`, and look for the end where no header tells it.

    FFmpeg's library tells the display matrix only with a frame. Pictures above `max_pixels` are not decoded: they will
    be refused for their size.
    """
    packets = container.demux([picture, sound] if sound is not None else [picture])
    small = picture.codec_context.width * picture.codec_context.height <= max_pixels
    seen = _Seen(picture)
    frame = _sample(packets, seen, decoding=DECODED_PACKETS if small else 0)
    rhythm = _rhythm(seen.stamps)
    picture_seconds, file_seconds = _lengths(container, packets, seen)
    return Timing(
        orientation=_orientation(frame),
        interlaced=frame is not None and frame.interlaced_frame,
        variable_frame_rate=rhythm.uneven,
        frame_seconds=rhythm.distance * seen.tick,
        precision_seconds=rhythm.precision * seen.tick,
        picture_seconds=picture_seconds,
        file_seconds=file_seconds,
        encrypted=seen.encrypted,
    )


def _sample(packets: Iterator[Packet[Stream]], seen: _Seen, *, decoding: int) -> VideoFrame | None:
    """Read until enough of the picture was seen; its first frame, where one comes out of the first packets."""
    shown = None
    number = 0
    for packet in packets:
        seen.add(packet)
        if packet.stream_index != seen.picture.index:
            continue
        if shown is None and number < decoding:
            shown = _first_frame(packet)
        number += 1
        if number > SAMPLED_PACKETS:
            break
    return shown


def _first_frame(packet: Packet[Stream]) -> VideoFrame | None:
    try:
        frames = packet.decode()
    except FFmpegError:
        return None
    return next((frame for frame in frames if isinstance(frame, VideoFrame)), None)


def _orientation(frame: VideoFrame | None) -> Orientation:
    matrix = frame.side_data.get("DISPLAYMATRIX") if frame is not None else None
    return choices.orientation(memoryview(matrix).cast("i").tolist()) if isinstance(matrix, SideData) else UPRIGHT


def _rhythm(stamps: Sequence[int]) -> _Rhythm:
    distances = [later - earlier for earlier, later in pairwise(sorted(stamps))]
    if not distances:
        return _Rhythm()
    usual = statistics.median_low(distances)
    allowed = usual * UNEVEN + 1  # one tick of the container's clock, by which each stamp is rounded
    kept = [distance for distance in distances if abs(distance - usual) <= allowed]
    strays = len(distances) - len(kept)
    return _Rhythm(
        distance=Fraction(sum(kept), len(kept)),
        precision=Fraction(1 + strays, len(kept)),
        uneven=strays > max(FORGIVEN, len(distances) * UNEVEN_SHARE),
    )


def _lengths(opened: InputContainer, rest: Iterator[Packet[Stream]], seen: _Seen) -> tuple[float | None, float | None]:
    """Seconds that the picture lasts and that the file does, found by reading on; None where the header tells them.

    Browsers record WebM without a duration. And where Matroska begins late, it is its writer's secret whether the
    duration counts from zero, as FFmpeg's does, or from the beginning. A header that tells less than half of what the
    first packets show is not believed.
    """
    begins = Fraction(opened.start_time or 0, MICROSECONDS)
    ambiguous = begins > LATE_SECONDS and "matroska" in opened.format.name
    declared = Fraction(opened.duration, MICROSECONDS) if opened.duration and not ambiguous else None
    if not seen.stamps or (declared and max(seen.ends.values()) - begins < 2 * declared + SLACK_SECONDS):
        return None, None
    for packet in rest:
        seen.add(packet)
    first = min(seen.stamps) * seen.tick
    return float(seen.ends[seen.picture.index] - first), float(max(seen.ends.values()) - begins)

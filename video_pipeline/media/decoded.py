"""What a decode really found, told by ffmpeg's own counters and by the clock of the frames that came out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from video_pipeline.media import evidence
from video_pipeline.media.complaints import Complaints
from video_pipeline.media.timetable import EMPTY, Seconds, Span, Timetable, read, read_order
from video_pipeline.types import AudioStream, MediaFacts, VideoStream

OVERHEAD_BYTES = 32  # what a container spends on a packet at most, in its index and around it


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """What became of one stream: the packets that the container gave, and the frames that a decoder made of them."""

    packets: Timetable = EMPTY
    frames: Timetable = EMPTY
    errors: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """What came out of a file: frames of its picture, seconds up to the end of the last one, and errors on the way.

    `seconds` is None where the picture was not decoded. `frame_seconds` is the usual distance between two frames; the
    last one stays for that long where the file does not say how long: a screen recording may end with a rest.

    `packets` were read of all streams, and `patched` frames came out with parts of them lost. `complaints` are about
    the container, of which `cut` says that the file breaks off. `mute` is where there is sound to be decoded and none
    came out. `step_back` is the furthest that the picture's clock went back, if it did.

    Packets, and when sound is heard, are known only of a file that was listed; so is `unread_share`, that of the file's
    bytes which no packet came out of.
    """

    frames: int = 0
    seconds: float | None = None
    frame_seconds: float = 0.0
    picture: Track = Track()
    sound: Track = Track()
    packets: int = 0
    patched: int = 0
    complaints: int = 0
    cut: bool = False
    mute: bool = False
    step_back: Span | None = None
    unread_share: float = 0.0

    @property
    def errors(self) -> int:
        """Packets of picture and sound that could not be decoded. Threads may make it one more or less."""
        return self.picture.errors + self.sound.errors


def decoded(folder: Path, said: Complaints, facts: MediaFacts) -> Decoded:
    """Read what a finished command found out about the file that it decoded.

    Args:
        folder: where it wrote the lists of `evidence`; those of a picture that was not decoded are absent.
        said: what it said.
        facts: what the file says of itself.
    """
    frames = read(folder / evidence.FRAMES).get(0, EMPTY)
    usual = frames.usual or _declared_distance(facts)
    return Decoded(
        frames=len(frames),
        seconds=frames.end(usual) if len(frames) else None,
        frame_seconds=usual,
        picture=Track(frames=frames, errors=_of(facts.video, said.errors)),
        sound=Track(errors=_of(facts.audio, said.errors)),
        packets=said.packets,
        patched=said.patched,
        complaints=said.container,
        cut=said.cut,
        mute=facts.audio is not None and not _of(facts.audio, said.frames),
        step_back=_step_back(read_order(folder / evidence.ORDER)),
    )


def listed(seen: Decoded, folder: Path, said: Complaints, facts: MediaFacts) -> Decoded:
    """Add what listing the file found out.

    Args:
        seen: what decoding it found.
        folder: where the command of `evidence.listing` wrote its lists.
        said: what that command said.
        facts: what the file says of itself.
    """
    packets = read(folder / evidence.PACKETS)
    heard = read(folder / evidence.SOUND).get(0, EMPTY)
    return replace(
        seen,
        picture=replace(seen.picture, packets=packets.get(0, EMPTY)),
        sound=replace(seen.sound, packets=packets.get(1, EMPTY), frames=heard),
        unread_share=_unread(said, facts.size_bytes),
    )


def _declared_distance(facts: MediaFacts) -> float:
    rate = facts.video.frame_rate if facts.video is not None else 0
    return float(1 / rate) if rate else 0.0


def _of(stream: VideoStream | AudioStream | None, counts: Mapping[int, int]) -> int:
    return counts.get(stream.index, 0) if stream is not None else 0


def _unread(said: Complaints, size_bytes: int) -> float:
    read_bytes = said.packet_bytes + said.packets * OVERHEAD_BYTES
    return max(0.0, 1 - read_bytes / size_bytes) if size_bytes else 0.0


def _step_back(seconds: Seconds) -> Span | None:
    """From when it went back, to when, as a span: the largest such step."""
    if not len(seconds):
        return None
    latest = np.maximum.accumulate(seconds)
    furthest = int(np.argmax(latest - seconds))
    there, back = float(latest[furthest]), float(seconds[furthest])
    return Span(back, there) if back < there else None

"""Whether the beginning of a picture can be decoded at all: headers survive what the media behind them did not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import ffmpeg

from video_pipeline.errors import MediaRefused
from video_pipeline.media import allowance, evidence, process
from video_pipeline.media.checks import NO_VIDEO
from video_pipeline.media.complaints import Complaints
from video_pipeline.media.damage import UNDECODABLE
from video_pipeline.media.ffmpeg import prefix, source
from video_pipeline.media.process import Bounds
from video_pipeline.media.tolerance import TOLERANCE
from video_pipeline.types import Finding, MediaFacts, VideoStream

# Enough to need a keyframe and what follows it, decoded in a tenth of a second; and enough for a single broken frame,
# or the two that an open group of pictures leads with, not to weigh.
FIRST_FRAMES = 10
MORE_FRAMES = 60
FIRST_SECONDS = 10.0  # no player waits longer for a picture

# The decoder of HEVC conceals what it cannot read and does not say so: of ciphertext it complains in one frame of five.
SILENT_CODECS = frozenset({"hevc"})
SILENT_ERROR_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at the first frames gave: how many came out, how many of them patched, and packets that failed."""

    frames: int
    patched: int
    errors: int

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return self.frames > 0 and not self.patched and not self.errors

    def is_hopeless(self, codec: str) -> bool:
        """Whether nothing comes out, or nothing that anybody could look at."""
        unseen = self.errors if codec in SILENT_CODECS else 0
        limit = self.frames * TOLERANCE.patched_share
        return not self.frames or self.patched > limit or unseen > self.frames * SILENT_ERROR_SHARE


def decodes(path: Path, facts: MediaFacts, *, bounds: Bounds) -> None:
    """Decode the first moment of the picture, and where anything is wrong with it, look further.

    Errors alone refuse nothing: a recording that was cut begins with pictures that refer to ones before the cut, and
    what is damaged later is judged by the decode of the whole.

    Raises:
        MediaRefused: there is no picture (`no_video`), nothing or mostly patches come out (`undecodable`), or it takes
            too much.
        MediaToolFailed: ffmpeg could not be run.
    """
    if facts.video is None:
        raise MediaRefused(Finding("no_video", NO_VIDEO))
    if _look(path, facts, facts.video, FIRST_FRAMES, bounds).is_sound:
        return
    if _look(path, facts, facts.video, MORE_FRAMES, bounds).is_hopeless(facts.video.codec):
        raise MediaRefused(Finding("undecodable", UNDECODABLE))


def _look(path: Path, facts: MediaFacts, picture: VideoStream, frames: int, bounds: Bounds) -> Look:
    # explode turns into errors what ffmpeg otherwise passes over. One thread is as fast for so few frames, and takes
    # half the memory.
    until = max(0.0, picture.start_seconds - facts.start_seconds) + FIRST_SECONDS
    shown = source(path, facts, err_detect="explode", threads=1, t=until)[str(picture.index)]
    command = ffmpeg.output(shown, "-", format="null", **{"frames:v": frames}).compile(
        cmd=[*prefix(log_level=evidence.LOG_LEVEL), *evidence.carry_on(facts), "-filter_threads", "1"]
    )
    said = Complaints()
    process.run(command, bounds=_held(bounds, picture), reads=[path], on_stderr=said.feed)
    return Look(said.frames[picture.index], said.patched, said.errors[picture.index])


def _held(bounds: Bounds, picture: VideoStream) -> Bounds:
    """Bounds for decoding a picture of that size: no more memory than it needs."""
    room = allowance.decoding_bytes(
        picture.coded_width,
        picture.coded_height,
        pixel_format=picture.pixel_format,
        bit_depth=picture.bit_depth,
    )
    return replace(bounds, memory_bytes=min(room, bounds.memory_bytes or room))

"""What one command is to make of a video: sizes, rates and numbers of frames, decided before anything is decoded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from video_pipeline.errors import MediaRefused
from video_pipeline.media import choices
from video_pipeline.media.geometry import Size, fit, within
from video_pipeline.media.profiles import (
    POSTER,
    PROXY,
    SCENE_CUTS,
    STORYBOARD,
    WEB,
    PosterProfile,
    StoryboardProfile,
    VideoProfile,
)
from video_pipeline.types import Finding, MediaFacts, Output, VideoStream

USUAL_RATE = 30  # where a file's average says little: screen recordings rest for seconds and then move
FINEST_TILE = Fraction(1, 1000)  # seconds; two frames 1/90 000 s apart are a video, too
FINEST = 1001  # the denominator of NTSC's rates; finer ones come from rounding


@dataclass(frozen=True, slots=True)
class Encode:
    """A video to be encoded: its size in pixels and its constant frame rate."""

    profile: VideoProfile
    size: Size
    frame_rate: Fraction


@dataclass(frozen=True, slots=True)
class Candidates:
    """Frames of which one becomes the poster: whole seconds in order of time, and in order of preference."""

    profile: PosterProfile
    size: Size
    seconds: tuple[int, ...]
    preferred: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Tiles:
    """The small pictures of a storyboard: their size, how many at most, and the seconds between two of them."""

    profile: StoryboardProfile
    size: Size
    count: int
    interval: Fraction


@dataclass(frozen=True, slots=True)
class Detection:
    """The frames in which cuts are looked for."""

    size: Size
    frame_rate: Fraction


@dataclass(frozen=True, slots=True)
class Plan:
    """What is made of one video. `seconds` is its duration as declared; what is None or missing is not made."""

    seconds: float
    encodes: Mapping[Output, Encode]
    poster: Candidates | None
    storyboard: Tiles | None
    detection: Detection | None
    audio: bool

    @property
    def looks(self) -> bool:
        """Whether the picture has to be decoded."""
        return bool(self.encodes or self.poster or self.storyboard or self.detection)

    @property
    def hears(self) -> bool:
        """Whether the sound has to be decoded, where there is any."""
        return bool(self.encodes or self.audio)


def plan(facts: MediaFacts, outputs: frozenset[Output]) -> Plan:
    """Decide what `outputs` mean for a video of these facts; sound that is not there is not planned.

    Raises:
        MediaRefused: the file has no picture or no duration.
    """
    picture = facts.video
    seconds = choices.duration(facts)
    if picture is None or not seconds:
        raise MediaRefused(Finding("no_video", "The file has no picture that lasts."))
    size = Size(picture.width, picture.height)
    profiles = {Output.PROXY: PROXY, Output.WEB: WEB}
    return Plan(
        seconds=seconds,
        encodes={
            output: Encode(profile, fit(size, profile.box), _frame_rate(picture, profile))
            for output, profile in profiles.items()
            if output in outputs
        },
        poster=_candidates(size, seconds) if Output.POSTER in outputs else None,
        storyboard=_tiles(size, seconds) if Output.STORYBOARD in outputs else None,
        detection=_detection(picture) if Output.SCENE_CUTS in outputs else None,
        audio=Output.AUDIO in outputs and facts.audio is not None,
    )


def _frame_rate(picture: VideoStream, profile: VideoProfile) -> Fraction:
    if profile.frame_rate is not None:
        return Fraction(profile.frame_rate)
    return _rate_up_to(picture, profile.max_frame_rate)


def _rate_up_to(picture: VideoStream, highest: int) -> Fraction:
    rate = picture.frame_rate
    if not rate or picture.variable_frame_rate:
        rate = max(rate, Fraction(USUAL_RATE))
    return min(rate.limit_denominator(FINEST), Fraction(highest))


def _candidates(size: Size, seconds: float) -> Candidates:
    wanted = [second for second in POSTER.candidate_seconds if second < seconds]
    wanted += [int(seconds * share) for share in POSTER.candidate_shares]
    preferred = tuple(dict.fromkeys(wanted))
    return Candidates(POSTER, fit(size, POSTER.box), tuple(sorted(preferred)), preferred)


def _tiles(size: Size, seconds: float) -> Tiles:
    count = min(STORYBOARD.max_tiles, max(1, round(seconds / STORYBOARD.min_interval_seconds)))
    interval = max(Fraction(seconds).limit_denominator(1000), FINEST_TILE) / count
    room = Size(STORYBOARD.tile_width, STORYBOARD.max_tile_height)
    return Tiles(STORYBOARD, within(size, room), count, interval)


def _detection(picture: VideoStream) -> Detection:
    size = within(Size(picture.width, picture.height), Size(SCENE_CUTS.width, SCENE_CUTS.width))
    return Detection(size, _rate_up_to(picture, SCENE_CUTS.max_frame_rate))

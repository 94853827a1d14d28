"""What each output is: the parameters that make it, its recipe, and which outputs a video needs."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from types import MappingProxyType

from video_pipeline.media import colors
from video_pipeline.types import ArtifactKind, Container, MediaFacts, Output, Recipe


@dataclass(frozen=True, slots=True)
class Box:
    """The frame that a picture is fitted into, in pixels; it turns with the picture."""

    long_side: int
    short_side: int


@dataclass(frozen=True, slots=True)
class VideoProfile:
    """H.264 and AAC in MP4; rates are per second.

    `preset`, `reference_frames` and `partitions` (how blocks may be divided) are x264's, and so is `crf`, its constant
    quality: lower is better.

    `frame_rate` is what every video gets; None keeps the source's, up to `max_frame_rate`.
    """

    box: Box
    frame_rate: int | None
    max_frame_rate: int
    preset: str
    crf: float
    reference_frames: int
    partitions: str
    keyframe_seconds: int
    audio_bits_per_second: int
    audio_sample_rate: int
    audio_channels: int


@dataclass(frozen=True, slots=True)
class PosterProfile:
    """One picture: the first of `candidate_seconds`, then `candidate_shares` of the duration, that is not black.

    A pixel is black up to `black_luma` of 255, a picture when `black_share` of its pixels are.
    """

    box: Box
    candidate_seconds: tuple[int, ...]
    candidate_shares: tuple[float, ...]
    black_luma: int
    black_share: float
    jpeg_quality: int


@dataclass(frozen=True, slots=True)
class StoryboardProfile:
    """One sheet of small pictures, at equal distances of about `min_interval_seconds` or more; tiles in pixels."""

    tile_width: int
    max_tile_height: int
    columns: int
    max_tiles: int
    min_interval_seconds: float
    jpeg_quality: int


@dataclass(frozen=True, slots=True)
class AudioProfile:
    """FLAC for speech recognition."""

    sample_rate: int
    channels: int


@dataclass(frozen=True, slots=True)
class SceneProfile:
    """PySceneDetect's ContentDetector, on small frames."""

    threshold: float
    min_scene_seconds: float
    width: int
    max_frame_rate: int


# What a video waits for is this encode, so its settings were chosen by time at equal size and VMAF: beyond decoding,
# half of the time that `medium` takes, for 4 to 8 % fewer bytes and 0.3 to 0.9 points (docs/benchmarks.md has more).
# Of what `faster` tries, a second reference frame and dividing predicted blocks cost more time than they save bytes.
# A keyframe every 10 s lets a player that seeks decode 100 small frames at most.
PROXY = VideoProfile(
    box=Box(854, 480),
    frame_rate=10,
    max_frame_rate=10,
    preset="faster",
    crf=23.5,
    reference_frames=1,
    partitions="i8x8,i4x4",
    keyframe_seconds=10,
    audio_bits_per_second=128_000,
    audio_sample_rate=48_000,
    audio_channels=2,
)

# Stands in for an original that browsers cannot play, so it keeps more of it: its rate up to 60 fps, and quality.
WEB = VideoProfile(
    box=Box(1920, 1080),
    frame_rate=None,
    max_frame_rate=60,
    preset="veryfast",
    crf=21,
    reference_frames=1,
    partitions="i8x8,i4x4,p8x8,b8x8",
    keyframe_seconds=2,
    audio_bits_per_second=160_000,
    audio_sample_rate=48_000,
    audio_channels=2,
)

# One second in is past the fade of most clips; films may be black for longer.
POSTER = PosterProfile(
    box=Box(1280, 1280),
    candidate_seconds=(1, 0, 2, 3, 5, 8),
    candidate_shares=(0.1, 0.25, 0.5, 0.75),
    black_luma=32,
    black_share=0.98,
    jpeg_quality=85,
)

# A tile may be as tall as 9:16 makes it, so that no sheet is larger than 1600 × 2840.
STORYBOARD = StoryboardProfile(
    tile_width=160,
    max_tile_height=284,
    columns=10,
    max_tiles=100,
    min_interval_seconds=1.0,
    jpeg_quality=75,
)

AUDIO = AudioProfile(sample_rate=16_000, channels=1)

# 27 is the detector's own default. It looks at 256 pixels of width whatever it is given, and above 30 fps neighbours
# hardly differ.
SCENE_CUTS = SceneProfile(threshold=27.0, min_scene_seconds=0.5, width=256, max_frame_rate=30)

Profile = VideoProfile | PosterProfile | StoryboardProfile | AudioProfile | SceneProfile

PROFILES = MappingProxyType[Output, Profile](
    {
        Output.PROXY: PROXY,
        Output.WEB: WEB,
        Output.POSTER: POSTER,
        Output.STORYBOARD: STORYBOARD,
        Output.AUDIO: AUDIO,
        Output.SCENE_CUTS: SCENE_CUTS,
    }
)

# Raised by hand when the code makes something else of the same parameters: what was made before becomes stale.
CODE_VERSIONS = MappingProxyType(
    {
        Output.PROXY: "2",
        Output.WEB: "2",
        Output.POSTER: "2",
        Output.STORYBOARD: "2",
        Output.AUDIO: "1",
        Output.SCENE_CUTS: "2",
    }
)


@dataclass(frozen=True, slots=True)
class Format:
    """How an artifact is stored and served: its extension and its media type."""

    extension: str
    content_type: str


FORMATS = MappingProxyType(
    {
        ArtifactKind.PROXY: Format("mp4", "video/mp4"),
        ArtifactKind.WEB: Format("mp4", "video/mp4"),
        ArtifactKind.POSTER: Format("jpg", "image/jpeg"),
        ArtifactKind.STORYBOARD: Format("jpg", "image/jpeg"),
        ArtifactKind.STORYBOARD_INDEX: Format("vtt", "text/vtt"),
        ArtifactKind.AUDIO: Format("flac", "audio/flac"),
        ArtifactKind.SCENE_CUTS: Format("json", "application/json"),
    }
)

BROWSER_CODECS = MappingProxyType(
    {
        Container.MP4: (frozenset({"h264"}), frozenset({"aac", "mp3"})),
        Container.WEBM: (frozenset({"vp8", "vp9"}), frozenset({"opus", "vorbis"})),
    }
)
BROWSER_PIXEL_FORMATS = frozenset({"yuv420p", "yuvj420p"})


def recipe(output: Output) -> Recipe:
    """What makes `output` today: its digest changes with the code version and with every parameter."""
    version = CODE_VERSIONS[output]
    described = {"output": output, "code_version": version, "parameters": asdict(PROFILES[output])}
    canonical = json.dumps(described, sort_keys=True, separators=(",", ":"))
    return Recipe(output, version, hashlib.sha256(canonical.encode()).hexdigest())


def browser_ready(facts: MediaFacts) -> bool:
    """Whether every current browser plays the original as it is.

    Rotation and non-square pixels are no hindrance: browsers follow both. QuickTime's brand is one, since Firefox
    refuses it, and so are mirrored pictures, which it shows as they are stored, AV1, which Safari plays only where the
    chip does, interlaced pictures, which no browser smooths, more than 8 bits, colours that not every screen shows,
    another picture before the main one, which browsers may play instead, and sound we cannot read.
    """
    picture, sound = facts.video, facts.audio
    if picture is None or facts.container is None or facts.container not in BROWSER_CODECS:
        return False
    pictures, sounds = BROWSER_CODECS[facts.container]
    heard = sound.codec in sounds if sound is not None else facts.audio_streams == 0
    seen = picture.codec in pictures and picture.pixel_format in BROWSER_PIXEL_FORMATS
    first = facts.video_streams == 1 or picture.index == 0
    plain = not picture.interlaced and not picture.mirrored and colors.is_standard(picture)
    return heard and seen and first and plain


def needed(facts: MediaFacts) -> frozenset[Output]:
    """The outputs that a video gets: sound where there is any, a web rendition where browsers need one."""
    outputs = set(Output)
    if facts.audio is None:
        outputs.discard(Output.AUDIO)
    if browser_ready(facts):
        outputs.discard(Output.WEB)
    return frozenset(outputs)


def required(facts: MediaFacts) -> frozenset[ArtifactKind]:
    """Every artifact that a video must have before it may be served."""
    return frozenset(kind for output in needed(facts) for kind in output.kinds)

"""The rules that a file must meet, as data."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from video_pipeline.errors import MediaRefused
from video_pipeline.media.allowed import VIDEO_CODECS
from video_pipeline.media.clock import clock
from video_pipeline.types import USUAL_CONTAINERS, Container, Finding, MediaFacts, Severity, VideoStream

# Extensions by which people know a container; one that is not listed is not held against a file.
EXTENSIONS = {
    **{str(container): container for container in Container},
    **dict.fromkeys(("m4v", "3gp", "3g2", "f4v"), Container.MP4),
    "qt": Container.MOV,
    "divx": Container.AVI,
    **dict.fromkeys(("mts", "m2ts", "m2t"), Container.MPEG_TS),
    **dict.fromkeys(("mpeg", "vob"), Container.MPEG_PS),
    "ogg": Container.OGG,
    "asf": Container.ASF,
}
FRAMES_OF_A_RATE = 10  # fewer tell no rate, whatever their timestamps say


@dataclass(frozen=True, slots=True)
class Policy:
    """What is accepted. Bytes, seconds, pixels as displayed, frames per second."""

    max_bytes: int
    max_duration_seconds: float
    max_side_pixels: int = 16_384
    max_pixels: int = 35_389_440
    max_frame_rate: int = 960
    max_streams: int = 32
    containers: frozenset[Container] = USUAL_CONTAINERS


@dataclass(frozen=True, slots=True)
class Case:
    """A file before its judges: its facts, the policy, and the extension that its sender gave it, if any."""

    facts: MediaFacts
    policy: Policy
    declared_extension: str | None

    @property
    def streams(self) -> int:
        """All streams of the file."""
        facts = self.facts
        return facts.video_streams + facts.audio_streams + facts.subtitle_streams + facts.other_streams

    @property
    def seconds(self) -> float:
        """The longest that anything in the file says it lasts; endless where what it says is no number."""
        facts = self.facts
        declared = (facts.duration_seconds, *(part.duration_seconds for part in (facts.video, facts.audio) if part))
        return max((math.inf if math.isnan(seconds) else seconds for seconds in declared if seconds), default=0.0)

    @property
    def frames(self) -> float:
        """How many frames the picture has: as declared, or what its rate makes of its duration."""
        picture = self.facts.video
        if picture is None:
            return 0
        return picture.frames or self.seconds * float(picture.frame_rate)

    @property
    def declared(self) -> Container | None:
        """The container that the sender's extension stands for."""
        return EXTENSIONS.get((self.declared_extension or "").lower().lstrip("."))


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that can be wrong with a file: its code, and what finds it.

    `finds` gives the sentence for who uploaded the file, with numbers, or None where nothing is wrong. `settings` are
    the variables by which an installation moves the limits that it holds a file to.
    """

    code: str
    finds: Callable[[Case], str | None]
    severity: Severity = Severity.REFUSE
    settings: tuple[str, ...] = ()


def _of_picture(finds: Callable[[VideoStream, Policy], str | None]) -> Callable[[Case], str | None]:
    """A rule about the picture of a file that has one."""
    return lambda case: finds(case.facts.video, case.policy) if case.facts.video is not None else None


def _mebibytes(size: int) -> str:
    return f"{size / 1024**2:,.0f} MiB"


def _too_large(size_bytes: int, policy: Policy) -> str | None:
    if size_bytes <= policy.max_bytes:
        return None
    return f"The file has {_mebibytes(size_bytes)}; at most {_mebibytes(policy.max_bytes)} are accepted."


def _not_accepted(container: Container | None, policy: Policy) -> str | None:
    if container in policy.containers:
        return None
    accepted = ", ".join(known.label for known in Container if known in policy.containers)
    found = container.label if container else "not known"
    return f"The file's format is {found}; accepted are {accepted}. Export it in one of these."


def _too_long(case: Case) -> str | None:
    """The header is believed, though it may be wrong: renditions are laid out by it, and an export mends it."""
    seconds, most = case.seconds, case.policy.max_duration_seconds
    if seconds <= most:
        return None
    return (
        f"The file says that it lasts {clock(seconds)}; at most {clock(most)} are accepted. Cut it; "
        "if it is shorter than it says, export it again."
    )


def _picture_too_large(picture: VideoStream, policy: Policy) -> str | None:
    """Both sizes count: what is shown may be smaller than what has to be decoded."""
    shown, stored = (picture.width, picture.height), (picture.coded_width, picture.coded_height)
    if max(*shown, *stored) <= policy.max_side_pixels and max(map(math.prod, (shown, stored))) <= policy.max_pixels:
        return None
    return (
        f"The picture has {picture.width} × {picture.height} pixels; at most {policy.max_side_pixels} a side and "
        f"{policy.max_pixels:,} in all are accepted."
    )


def _frame_rate(case: Case) -> str | None:
    """Two frames a millisecond apart are a short clip, and no rate."""
    picture, policy = case.facts.video, case.policy
    if picture is None or picture.frame_rate <= policy.max_frame_rate or case.frames < FRAMES_OF_A_RATE:
        return None
    rate = f"{float(picture.frame_rate):,.0f}"
    return f"The video has {rate} frames per second; at most {policy.max_frame_rate} are accepted."


def _smallest(picture: VideoStream) -> int:
    return min(picture.width, picture.height, picture.coded_width, picture.coded_height)


def _codec(picture: VideoStream, _: Policy) -> str | None:
    if picture.codec in VIDEO_CODECS:
        return None
    return f"The picture is coded as {picture.codec}, which is not accepted. Export it as H.264."


def _streams(case: Case) -> str | None:
    most = case.policy.max_streams
    return None if case.streams <= most else f"The file has {case.streams} streams; at most {most} are accepted."


def _renamed(case: Case) -> str | None:
    if case.declared is None or case.declared is case.facts.container:
        return None
    found = case.facts.container.label if case.facts.container else "not known"
    return f"The name says {case.declared.label}, the content is {found}; the content counts."


def _unless(fine: Callable[[MediaFacts], bool], sentence: str) -> Callable[[Case], str | None]:
    """A rule whose sentence needs no numbers."""
    return lambda case: None if fine(case.facts) else sentence


NO_STREAMS = "The file has nothing in it: neither picture nor sound."
NO_VIDEO = "The file has no picture: it is sound alone, or a sound file with a cover."
EMPTY = "The file is empty. Upload it again."
ENCRYPTED = "The file is encrypted, as shops and streaming services do. Export it without copy protection."
NO_SIZE = "The file does not say how large its picture is."
NO_DURATION = "The file has no duration: there is nothing in it to play."
SOUND = "The sound is coded in a way that is not accepted; the video will be silent."

# In the order in which they are told: the first that refuses is what the uploader reads.
RULES = (
    Rule("empty_file", _unless(lambda facts: facts.size_bytes > 0, EMPTY)),
    Rule("too_large", lambda case: _too_large(case.facts.size_bytes, case.policy), settings=("MAX_FILE_BYTES",)),
    Rule(
        "container_not_accepted",
        lambda case: _not_accepted(case.facts.container, case.policy),
        settings=("ACCEPTED_CONTAINERS",),
    ),
    Rule("no_streams", lambda case: None if case.streams else NO_STREAMS),
    Rule("no_video", lambda case: NO_VIDEO if case.streams and case.facts.video is None else None),
    Rule("codec_not_accepted", _of_picture(_codec)),
    Rule("encrypted", _unless(lambda facts: not facts.encrypted, ENCRYPTED)),
    Rule("no_size", _of_picture(lambda picture, _: NO_SIZE if _smallest(picture) <= 0 else None)),
    Rule("no_duration", _unless(lambda facts: facts.video is None or (facts.duration_seconds or 0) > 0, NO_DURATION)),
    Rule("too_long", _too_long, settings=("MAX_DURATION_SECONDS",)),
    Rule("picture_too_large", _of_picture(_picture_too_large), settings=("MAX_SIDE_PIXELS", "MAX_PIXELS")),
    Rule("frame_rate_too_high", _frame_rate, settings=("MAX_FRAME_RATE",)),
    Rule("too_many_streams", _streams, settings=("MAX_STREAMS",)),
    Rule("renamed", _renamed, Severity.WARN),
    Rule(
        "sound_not_accepted",
        _unless(lambda facts: facts.audio is not None or not facts.audio_streams, SOUND),
        Severity.WARN,
    ),
)


def judge_size(size_bytes: int, policy: Policy) -> None:
    """Judge a file by its size alone, before anybody fetches it.

    Raises:
        MediaRefused: it is larger than is accepted (`too_large`).
    """
    sentence = _too_large(size_bytes, policy)
    if sentence is not None:
        raise MediaRefused(Finding("too_large", sentence))


def judge_container(container: Container, policy: Policy) -> None:
    """Judge a file by what its first bytes show, before anything opens it.

    Raises:
        MediaRefused: its container is not accepted (`container_not_accepted`).
    """
    sentence = _not_accepted(container, policy)
    if sentence is not None:
        raise MediaRefused(Finding("container_not_accepted", sentence))


def judge(facts: MediaFacts, policy: Policy, *, declared_extension: str | None) -> tuple[Finding, ...]:
    """What the rules find in a file; it is accepted where no finding refuses it.

    Args:
        facts: what the file says of itself.
        policy: what is accepted.
        declared_extension: the extension of the name that its sender gave it, with or without a dot.
    """
    case = Case(facts, policy, declared_extension)
    found = ((rule, rule.finds(case)) for rule in RULES)
    return tuple(Finding(rule.code, sentence, rule.severity) for rule, sentence in found if sentence is not None)


def refused(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings for which a file is refused."""
    return tuple(finding for finding in findings if finding.severity is Severity.REFUSE)
